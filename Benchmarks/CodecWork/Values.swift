import Gob

/// A log entry, as the net/rpc transport sends it.
struct Entry<Text: GobField & Sendable>: GobStruct, Sendable {
    var name = Text.gobZero
    var data = Text.gobZero

    static var gobName: String { "Entry" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
        field("Data", &data)
    }
}

extension Entry<String> {
    static let small = Entry(name: "bench", data: String(repeating: "x", count: 100))
    static let large = Entry(name: "bench", data: String(repeating: "x", count: 1 << 20))
}

/// A nested value: ten lines, a customer with tags, attributes by name.
struct Order: GobStruct, Sendable {
    var id = 0
    var customer = Customer()
    var lines: [Line] = []
    var attributes: [String: Int] = [:]

    static var gobName: String { "Order" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("ID", &id)
        field("Customer", &customer)
        field("Lines", &lines)
        field("Attributes", &attributes)
    }

    static let example = Order(
        id: 4711, customer: Customer(name: "Ada Lovelace", tags: ["early", "analytical"]),
        lines: (0..<10).map { Line(article: "article-\($0)", quantity: $0 + 1, price: 9.99 * Double($0 + 1)) },
        attributes: ["priority": 3, "retries": 0, "shard": 12])
}

struct Customer: GobStruct, Sendable {
    var name = ""
    var tags: [String] = []

    static var gobName: String { "Customer" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
        field("Tags", &tags)
    }
}

struct Line: GobStruct, Sendable {
    var article = ""
    var quantity = 0
    var price = 0.0

    static var gobName: String { "Line" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Article", &article)
        field("Quantity", &quantity)
        field("Price", &price)
    }
}
