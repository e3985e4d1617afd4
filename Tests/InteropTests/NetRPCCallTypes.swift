import Gob
import NetRPCTransport

/// The operands of `Arith` in Tests/Peers/go/netrpc-calls.
struct Operands: GobStruct {
    var a = 0
    var b = 0

    static var gobName: String { "Args" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("A", &a)
        field("B", &b)
    }
}

struct Quotient: GobStruct {
    var quo = 0
    var rem = 0

    static var gobName: String { "Quotient" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Quo", &quo)
        field("Rem", &rem)
    }
}

struct Repetition: GobStruct {
    var text = ""
    var count = 0

    static var gobName: String { "Repetition" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Text", &text)
        field("Count", &count)
    }
}

struct Nothing: GobStruct {
    static var gobName: String { "" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {}
}

extension RPCMethods {
    /// The methods that netrpc-calls has, but for its counts.
    static var likeGo: RPCMethods {
        var methods = RPCMethods()
        methods.register("Arith.Multiply") { (operands: Operands) in operands.a * operands.b }
        methods.register("Arith.Divide") { (operands: Operands) in
            guard operands.b != 0 else { throw RPCFailure("divide by zero") }
            return Quotient(quo: operands.a / operands.b, rem: operands.a % operands.b)
        }
        methods.register("Text.Repeat") { (argument: Repetition) in
            String(repeating: argument.text, count: argument.count)
        }
        methods.register("Table.Sum") { (rows: [String: [Double]]) in rows.mapValues { $0.reduce(0, +) } }
        methods.register("Slow.Wait") { (milliseconds: Int) in
            try await Task.sleep(for: .milliseconds(milliseconds))
            return milliseconds
        }
        return methods
    }
}
