import Foundation

/// A line that a party prints on its standard output before it is ready.
enum PartyLine: Sendable, Hashable {
    /// `{"transport":"http","target":"127.0.0.1:41234"}`: a receiver of a logger, and how it is reached.
    case address(transport: String, target: String)
    /// `{"ready":true}`: there are no more addresses to come.
    case ready
    /// Something else, which is none of the benchmark's business.
    case other

    private struct Fields: Decodable {
        var transport: String?
        var target: String?
        var ready: Bool?
    }

    init(_ text: some StringProtocol) {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(text.utf8)) else {
            self = .other
            return
        }
        if fields.ready == true {
            self = .ready
        } else if let transport = fields.transport, let target = fields.target {
            self = .address(transport: transport, target: target)
        } else {
            self = .other
        }
    }
}
