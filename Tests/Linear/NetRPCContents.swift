import Broker
import NetRPCTransport

extension Content {
    /// Go's net/rpc with gob.
    static let netRPC = [
        Content("netrpc: elements of a field that is not known", steps: [.max, 1024, 16], to: server, opening: types) {
            length in
            let elements = Gob.uint(length) + [UInt8](repeating: 2, count: length)
            return Said(bytes: Gob.request(1) + Gob.message(Gob.int(66) + entry + [1] + elements + [0]))
        },
        Content("netrpc: small calls", steps: [.max, 1024, 16], to: server, opening: types) { length in
            let call = Gob.request(1) + Gob.message(Gob.int(66) + entry + [0])
            let count = length / call.count
            return Said(bytes: repeated(call, count), entries: count)
        },
        Content("netrpc: calls of a method that is not known", to: server, opening: types) { length in
            let call = Gob.request(1, method: "RPCServer.Unknown") + Gob.message(Gob.int(66) + entry + [0])
            return Said(
                bytes: repeated(call, length / call.count), entries: 0)
        },
        Content("netrpc: types", length: 60 * 1024, steps: [.max, 1024, 16], to: server, opening: types) { length in
            let name = "T".repeated(100)
            let definitions = Array((0..<length / 128).map { Gob.structure(100 + $0, name, [("X", 2)]) }.joined())
            return Said(bytes: Gob.request(1) + definitions + Gob.message(Gob.int(66) + entry + [0]))
        },
        Content("netrpc: arguments of a wrong type with many fields", to: server, opening: types) { length in
            let type = Gob.structure(100, "T", (0..<length / 40).map { ("f\($0)", 2) })
            let call = Gob.request(1) + Gob.message(Gob.int(100) + [1, 2, 0])
            let count = length / 2 / call.count
            // The first one has to know its type.
            return Said(
                bytes: Gob.request(1) + type
                    + repeated(call, count)
                    .dropFirst(Gob.request(1).count),
                entries: 0, undecodable: count)
        },
        Content("netrpc: the head of CONNECT", length: 3 * 1024, steps: [.max, 256], to: server) { length in
            Said(
                bytes: Array("CONNECT /_goRPC_ HTTP/1.0\n\("X: 1\n".repeated(length))\n".utf8) + types + Gob.request(1)
                    + Gob.message(Gob.int(66) + entry + [0]))
        },
    ]

    @Sendable
    private static func server() throws -> any ServerTransport {
        try NetRPC.descriptors[0].makeServer(ServerOptions(target: "127.0.0.1:0"))
    }

    private static let types =
        Gob.structure(65, "Request", [("ServiceMethod", 6), ("Seq", 3)]) + Gob.slice(67, 2)
        + Gob.structure(66, "RPCPayload", [("Name", 6), ("Data", 6), ("X", 67)])

    /// The fields `Name` and `Data`.
    private static let entry = [1] + Gob.string("n") + [1] + Gob.string("d")
}

/// The bytes of gobs: Go, `encoding/gob`, "Encoding Details".
enum Gob {
    static func uint(_ value: Int) -> [UInt8] {
        if value < 128 { return [UInt8(value)] }
        var (bytes, rest) = ([UInt8](), value)
        while rest > 0 {
            bytes.insert(UInt8(rest & 255), at: 0)
            rest >>= 8
        }
        return [UInt8(256 - bytes.count)] + bytes
    }

    static func int(_ value: Int) -> [UInt8] { uint(value < 0 ? ~value << 1 | 1 : value << 1) }

    static func string(_ text: String) -> [UInt8] { uint(text.utf8.count) + Array(text.utf8) }

    static func message(_ bytes: [UInt8]) -> [UInt8] { uint(bytes.count) + bytes }

    /// Defines a struct by the names and types of its fields.
    static func structure(_ id: Int, _ name: String, _ fields: [(name: String, type: Int)]) -> [UInt8] {
        let list = Array(fields.map { [1] + string($0.name) + [1] + int($0.type) + [0] }.joined())
        let common = [1] + string(name) + [1] + int(id) + [0]
        return message(int(-id) + [3, 1] + common + [1] + uint(fields.count) + list + [0, 0])
    }

    /// Defines a slice.
    static func slice(_ id: Int, _ element: Int) -> [UInt8] {
        message(int(-id) + [2, 1, 2] + int(id) + [0, 1] + int(element) + [0, 0])
    }

    /// A `Request` of type 65.
    static func request(_ seq: Int, method: String = "RPCServer.LogInfo") -> [UInt8] {
        message(int(65) + [1] + string(method) + [1] + uint(seq) + [0])
    }
}
