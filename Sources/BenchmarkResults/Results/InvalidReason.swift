/// Why a row must not be trusted.
package enum InvalidReason: Sendable, Hashable {
    /// What is wrong with the delivery itself: entries that were lost, changed or failed.
    case delivery(String)
    /// A rule of the audit that the row breaks: how it was measured cannot be trusted.
    case audit(String)

    /// What the reason of a broken rule of the audit starts with in `invalid_reason`.
    private static let auditPrefix = "audit: "

    /// The reason that stands in a file.
    package init(_ text: String) {
        self =
            text.hasPrefix(Self.auditPrefix)
            ? .audit(String(text.dropFirst(Self.auditPrefix.count))) : .delivery(text)
    }

    /// As it stands in a file.
    package var text: String {
        switch self {
        case .delivery(let text): text
        case .audit(let text): Self.auditPrefix + text
        }
    }

    /// Whether what is wrong is the delivery.
    package var isDelivery: Bool {
        if case .delivery = self { true } else { false }
    }
}

extension InvalidReason: ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The reason that stands in a file.
    package init(stringLiteral text: String) { self.init(text) }

    /// As it stands in a file.
    package var description: String { text }
}
