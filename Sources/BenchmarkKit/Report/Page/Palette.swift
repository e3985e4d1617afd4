/// Which colour, and which dash, a transport has on all charts.
///
/// The colours are those of Okabe and Ito, which readers with any of the common colour blindnesses tell apart; the dashes
/// tell lines apart on paper.
struct Palette: Sendable {
    /// Classes `c0` to `c7` of the page's style.
    static let count = 8

    private let indices: [String: Int]

    init(_ transports: [String]) {
        indices = Dictionary(zip(transports, transports.indices)) { first, _ in first }
    }

    /// The class of a transport's lines and areas.
    func style(_ transport: String) -> String { "c\((indices[transport] ?? 0) % Self.count)" }
}
