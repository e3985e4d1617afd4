/// What went over the socket between Go's own net/rpc client and server, made by `Golden/main.go`.
struct GoldenConversation: Sendable {
    var toServer: [UInt8]
    var toClient: [UInt8]
    /// What each call returned; an error behind `error: `.
    var outcomes: [String]

    init(toServer: String, toClient: String, outcomes: [String]) {
        self.toServer = Self.bytes(toServer)
        self.toClient = Self.bytes(toClient)
        self.outcomes = outcomes
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.filter { $0 != 0x20 }.map { $0 > 0x60 ? $0 - 0x57 : $0 - 0x30 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
