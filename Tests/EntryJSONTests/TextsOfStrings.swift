extension Case {
    /// Texts that try RFC 8259, 7: escapes, surrogates, control characters and UTF-8 (RFC 3629).
    static let stringTexts: [Case] = shortEscapes + unicodeEscapes + controls + goodUTF8 + badUTF8 + cutShort

    private static func good(_ reason: String, data json: String, is data: String) -> Case {
        good(reason, "{\"name\":\"a\",\"data\":\"\(json)\"}", data: data)
    }

    private static let shortEscapes: [Case] =
        [
            (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b"#, "\u{8}"), (#"\f"#, "\u{C}"), (#"\n"#, "\n"),
            (#"\r"#, "\r"), (#"\t"#, "\t"), (#"\\\\"#, "\\\\"), (#"\\n"#, "\\n"), (#"\\u0041"#, "\\u0041"),
        ].map { good("the escape \($0.0)", data: $0.0, is: $0.1) }
        + [
            "a", "e", "v", "x41", "0", "1", "U0041", "B", "F", "N", "R", "T", "'", "`", "?", " ", "(", "{41}", "%",
            "\n",
            "é", "\u{0}", "cA", "d", "s", "w", "z",
        ].map { bad("the escape \\\($0) is none", data: Array("\\\($0)".utf8)) }

    private static let unicodeEscapes: [Case] = [
        good("U+0001 escaped", data: #"\u0001"#, is: "\u{1}"), good("U+001F escaped", data: #"\u001f"#, is: "\u{1F}"),
        good("a quotation mark by number", data: #"\u0022"#, is: "\""),
        good("a reverse solidus by number", data: #"\u005c"#, is: "\\"),
        good("the last of one byte", data: #"\u007F"#, is: "\u{7F}"),
        good("the first of two bytes", data: #"\u0080"#, is: "\u{80}"),
        good("the last of two bytes", data: #"\u07FF"#, is: "\u{7FF}"),
        good("the first of three bytes", data: #"\u0800"#, is: "\u{800}"),
        good("a byte order mark by number", data: #"\uFEFF"#, is: "\u{FEFF}"),
        good("a noncharacter", data: #"\uFFFE"#, is: "\u{FFFE}"),
        good("the last pair but one", data: #"\uDBFF\uDFFE"#, is: "\u{10FFFE}"),
        good("a pair behind a pair", data: #"\uD83D\uDE42\uD83D\uDE43"#, is: "🙂🙃"),
        good("five digits are four and one", data: #"\u00410"#, is: "A0"),
        .bad("the first half, then the end", #"{"data":"b","name":"\uDBFF"}"#),
        .bad("the second half first", #"{"data":"b","name":"\uDC00"}"#),
        .bad("the second half behind a letter", data: Array(#"x\uDFFF"#.utf8)),
        .bad("two first halves and a second", data: Array(#"\uD800\uD800\uDC00"#.utf8)),
        .bad("a pair and a second half", data: Array(#"\uD800\uDC00\uDC00"#.utf8)),
        .bad("a first half before UTF-8", data: Array(#"\uD83D🙂"#.utf8)),
        .bad("a first half before an escaped quotation mark", data: Array(#"\uD83D\""#.utf8)),
        .bad("a first half before half an escape", data: Array(#"\uD83D\uDE"#.utf8)),
        .bad("\\u without digits", data: Array(#"\u"#.utf8)), .bad("\\u with one digit", data: Array(#"\u1"#.utf8)),
        .bad("\\u with two digits", data: Array(#"\u12"#.utf8)), .bad("\\u with 0x", data: Array(#"\u0x41"#.utf8)),
        .bad("\\u with a minus", data: Array(#"\u-041"#.utf8)),
        .bad("\\u with an underscore", data: Array(#"\u0_41"#.utf8)),
        .bad("\\u with G", data: Array(#"\u004G"#.utf8)), .bad("\\u with Arabic digits", data: Array(#"\u٠٠٤١"#.utf8)),
        .bad("a bad escape in a key", member: #""\x":1"#), .bad("a lone half in a key", member: #""\uD800":1"#),
    ]

    private static let controls: [Case] = (UInt8(0)..<0x20).map { byte in
        bad("byte \(byte) as it is", data: [UInt8(ascii: "x"), byte, UInt8(ascii: "y")])
    }

    private static let goodUTF8: [Case] = [
        UInt32(0x80), 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xFDD0, 0xFFFF, 0x10000, 0x1FFFF,
        0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFF,
    ].compactMap(UnicodeScalar.init).map { scalar in
        good("U+\(String(scalar.value, radix: 16, uppercase: true)) in UTF-8", data: "\(scalar)", is: "\(scalar)")
    }

    /// Unicode 16, table 3-7: whatever stands in none of its rows.
    private static let badUTF8: [Case] = [
        ([0xBF], "the last continuation byte alone"), ([0x80, 0x80], "two continuation bytes"),
        ([0xC0, 0x80], "an overlong NUL of two bytes, as Java writes it"), ([0xC1, 0xBF], "an overlong DEL"),
        ([0xC2], "a lead byte of two alone"), ([0xC2, 0x41], "a lead byte of two before a letter"),
        ([0xC2, 0xC2, 0x80], "a lead byte before a character"), ([0xDF], "the last lead byte of two alone"),
        ([0xE0, 0x9F, 0xBF], "overlong in three bytes"), ([0xE0, 0xA0], "two bytes of three"),
        ([0xE1, 0x80], "two bytes of three, of another lead"), ([0xE1, 0x80, 0x41], "a letter as third byte"),
        ([0xE1, 0x41, 0x80], "a letter as second byte"), ([0xEC], "a lead byte of three alone"),
        ([0xED, 0xA0, 0x80], "U+D800 in UTF-8"), ([0xED, 0xBF, 0xBF], "U+DFFF in UTF-8"),
        ([0xED, 0xA0, 0xBD, 0xED, 0xB9, 0x82], "a pair of surrogates, as CESU-8 writes it"),
        ([0xF0, 0x8F, 0xBF, 0xBF], "overlong in four bytes"), ([0xF0, 0x9F, 0x99], "three bytes of four"),
        ([0xF0, 0x9F], "two bytes of four"), ([0xF0], "a lead byte of four alone"),
        ([0xF1, 0x80, 0x80, 0x41], "a letter as fourth byte"), ([0xF4, 0x90, 0x80, 0x80], "U+110000"),
        ([0xF5, 0x80, 0x80, 0x80], "U+140000"), ([0xF7, 0xBF, 0xBF, 0xBF], "U+1FFFFF"),
        ([0xF8, 0x88, 0x80, 0x80, 0x80], "five bytes"), ([0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], "six bytes"),
        ([0xFE], "byte 254"), ([0xFE, 0xFF], "a mark of UTF-16"),
        (Array("1234567".utf8) + [0xC3], "half a character at the end of a block of eight"),
        (Array("123456789012345".utf8) + [0x80], "a continuation byte at the end of a second block"),
        (Array("é".utf8) + [0xA9], "a character and a continuation byte"),
        ([0xE2, 0x82, 0x5C, 0x74, 0xAC], "a character with an escape in it"),
    ].map { bad($0.1, data: $0.0) }

    /// A text that stops too early, at every place where something else is open.
    private static let cutShort: [Case] = [
        "{\"", "{\"name", #"{"name""#, #"{"name":"#, #"{"name":""#, #"{"name":"a"#, #"{"name":"a","#,
        #"{"name":"a","data":"b""#, #"{"name":"a","data":"b","#, #"{"name":"a","data":"b\"#,
        #"{"name":"a","data":"b\u"#,
        #"{"name":"a","data":"b\u00"#, #"{"name":"a","data":"b\uD83D"#, #"{"name":"a","data":"b\uD83D\"#,
        #"{"name":"a","data":"b","seq":1"#, #"{"name":"a","data":"b","seq":"#, #"{"name":"a","data":"b","x":[1,"#,
        #"{"name":"a","data":"b","x":{"y":"#, #"{"name":"a","data":"b","x":tru"#, #"{"name":"a","data":"b","x":-"#,
        #"{"name":"a","data":"b","x":1."#, #"{"name":"a","data":"b","x":1e"#,
    ].map { bad("the text ends behind \($0)", $0) }
}
