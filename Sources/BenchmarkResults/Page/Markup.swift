/// Pieces of HTML and SVG.
enum Markup {
    /// A page that needs nothing but itself.
    static func page(title: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(escape(title))</title>
        <link rel="icon" href="data:,">
        <style>
        \(PageStyle.text)
        </style></head><body>
        \(body)
        </body></html>

        """
    }

    /// A text between tags or in an attribute.
    static func escape(_ text: String) -> String { text.markup }

    /// A coordinate: a tenth of a pixel is as fine as can be seen.
    static func place(_ value: Double) -> String { DecimalText.format(value, places: 1) }

    /// About how wide a text of 14 pixels is.
    static func width(_ text: String) -> Double { Double(text.count) * 7.3 }

    /// A table's cell with a ratio and its interval.
    static func ratioCell(_ ratio: Estimate?) -> String {
        guard let ratio else { return "<td>–</td>" }
        let interval = ratio.low.flatMap { low in
            ratio.high.map { "<small>\(NumberText.ratio(low))–\(NumberText.ratio($0))</small>" }
        }
        return "<td>\(NumberText.ratio(ratio.median))\(interval ?? "")</td>"
    }

    /// An SVG text.
    static func text(
        _ x: Double, _ y: Double, _ text: String, anchor: String = "start", style: String = "label"
    ) -> String {
        "<text x=\"\(place(x))\" y=\"\(place(y))\" text-anchor=\"\(anchor)\" class=\"\(style)\">\(escape(text))</text>"
    }

    /// An SVG line.
    static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) -> String {
        "<line x1=\"\(place(x1))\" y1=\"\(place(y1))\" x2=\"\(place(x2))\" y2=\"\(place(y2))\" class=\"\(style)\"/>"
    }

    /// An SVG rectangle.
    static func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, style: String) -> String {
        "<rect x=\"\(place(x))\" y=\"\(place(y))\" width=\"\(place(max(0, width)))\" height=\"\(place(height))\" "
            + "class=\"\(style)\"/>"
    }

    /// A chart with its caption: what it shows is also said in words, for readers who cannot see it.
    static func figure(
        _ caption: String, width: Double, height: Double, description: String, isTall: Bool = false, _ body: String
    ) -> String {
        """
        <figure\(isTall ? " class=\"tall\"" : "")><figcaption>\(escape(caption))</figcaption>
        <svg viewBox="0 0 \(place(width)) \(place(height))" role="img" aria-label="\(escape(description))">
        \(body)
        </svg></figure>

        """
    }
}
