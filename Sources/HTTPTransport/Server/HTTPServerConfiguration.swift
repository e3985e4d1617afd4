package import Broker
import EntryCodecs

/// What an HTTP server takes entries by, and what else it answers.
package struct HTTPServerConfiguration: Sendable {
    /// What the body of a request that brings an entry looks like.
    package enum EntryBody: Sendable {
        /// The logger's: the entry itself.
        case entry
        /// The broker's: `{"action": "log", "log": {…}}`.
        case action
    }

    /// The path that takes entries, by POST.
    package var entryPath: String
    /// What the body there looks like.
    package var entryBody: EntryBody
    /// The status of an answer to an entry that the recorder rejects.
    package var rejectedStatus: Int
    /// Answers requests for other paths; nil for one that it does not know.
    package var control: @Sendable (HTTPRequest) -> HTTPResponse?
    /// The bounds on entries.
    package var limits: EntryLimits
    /// Who may speak to the address, which its server knows.
    var access = HTTPAccess()

    /// Creates a configuration; `POST /log` unless told otherwise.
    package init(
        entryPath: String = "/log", entryBody: EntryBody = .entry, rejectedStatus: Int = 422,
        limits: EntryLimits = EntryLimits(), control: @escaping @Sendable (HTTPRequest) -> HTTPResponse? = { _ in nil }
    ) {
        self.entryPath = entryPath
        self.entryBody = entryBody
        self.rejectedStatus = rejectedStatus
        self.limits = limits
        self.control = control
    }

    /// The content types that bodies may have.
    var mediaTypes: [String] {
        switch entryBody {
        case .entry: [EntryCodec.json, .protobuf, .gob].map(\.contentType)
        case .action: [EntryCodec.json.contentType]
        }
    }

    /// The longest body accepted: an entry of the largest size, with room for the escapes of ordinary text.
    var maxBodyBytes: Int { limits.maxEntryBytes * 2 + 4096 }
}
