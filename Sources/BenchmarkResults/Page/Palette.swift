/// Which colour, and which dash, a transport has on all charts.
///
/// The colours are those of Okabe and Ito, which readers with any of the common colour blindnesses tell apart; the dashes
/// tell lines apart on paper.
struct Palette: Sendable {
    /// Classes `c0` to `c7`, and `l0` to `l7`, of the page's style.
    static let count = 8

    private let indices: [String: Int]

    init(_ transports: [String]) {
        indices = Dictionary(zip(transports, transports.indices)) { first, _ in first }
    }

    /// The classes of a transport's lines and areas: a colour, and a dash.
    ///
    /// Where there are more transports than colours, a colour comes again with another dash.
    func style(_ transport: String) -> String {
        let index = indices[transport] ?? 0
        return "c\(index % Self.count) l\((index + 3 * (index / Self.count)) % Self.count)"
    }
}
