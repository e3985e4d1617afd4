package import Broker

/// An entry as a database gives it back: a row of the table `entries`.
package struct StoredEntry: Sendable, Hashable {
    /// The row's number: entries that were stored later have higher ones.
    package var id: Int64
    /// When the logger received it, in nanoseconds since 1970-01-01T00:00:00Z.
    package var receivedAt: Int64
    /// When it was meant to be sent, in nanoseconds since 1970-01-01T00:00:00Z; nil where its sender did not say.
    package var sentAt: Int64?
    /// The transport that brought it.
    package var transport: String
    /// What it is about.
    package var name: String
    /// Its text.
    package var data: String
    /// How bad it is.
    package var severity: Severity
    /// The run that it belongs to; nil for none.
    package var run: String?
    /// Its number in the run; nil where there is none.
    package var sequence: UInt64?
    /// The id of the message that brought it; nil where its protocol has none.
    package var messageID: String?
    /// Whether an entry of the same run and number was stored before.
    package var isRepeated: Bool

    /// Creates an entry.
    package init(
        id: Int64, receivedAt: Int64, sentAt: Int64? = nil, transport: String, name: String, data: String,
        severity: Severity = .info, run: String? = nil, sequence: UInt64? = nil, messageID: String? = nil,
        isRepeated: Bool = false
    ) {
        self.id = id
        self.receivedAt = receivedAt
        self.sentAt = sentAt
        self.transport = transport
        self.name = name
        self.data = data
        self.severity = severity
        self.run = run
        self.sequence = sequence
        self.messageID = messageID
        self.isRepeated = isRepeated
    }
}
