import Foundation

/// A line that a party prints on its standard output before it is ready.
enum PartyLine: Sendable, Hashable {
    /// `{"transport":"http","target":"127.0.0.1:41234"}`: a receiver of a logger, and how it is reached.
    case address(transport: String, target: String)
    /// `{"listen":"127.0.0.1:41234"}`: where a broker in the middle takes entries.
    case listening(at: String)
    /// `{"ready":true}`: there are no more addresses to come. Beside it may stand who it is: `"name":"node","version":"18.20"`.
    case ready(name: String? = nil, version: String? = nil)
    /// Something else, which is none of the benchmark's business.
    case other

    private struct Fields: Decodable {
        var transport: String?
        var target: String?
        var listen: String?
        var ready: Bool?
        var name: String?
        var version: String?
    }

    init(_ text: some StringProtocol) {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(text.utf8)) else {
            self = .other
            return
        }
        if fields.ready == true {
            self = .ready(name: fields.name, version: fields.version)
        } else if let transport = fields.transport, let target = fields.target {
            self = .address(transport: transport, target: target)
        } else if let listen = fields.listen {
            self = .listening(at: listen)
        } else {
            self = .other
        }
    }
}

/// What a party has said by the time that it is ready.
struct PartyReadiness: Sendable, Hashable {
    /// Where each transport can be sent to, as a logger says it.
    var targets: [String: String] = [:]
    /// Where it takes entries, as a broker in the middle says it.
    var listen: String?
    /// What it calls itself, or its command.
    var name: String
    /// Its version; empty where nobody says it.
    var version: String
}
