import Broker

extension Case {
    /// Texts that are entries.
    static let goodTexts: [Case] = members + strings + numbers + skipped

    private static let members: [Case] = [
        .good("the contract's own two members", #"{"name":"a","data":"b"}"#),
        .good("another order", #"{"data":"b","name":"a"}"#),
        .good("empty texts", #"{"name":"","data":""}"#, name: "", data: ""),
        .good("white space of all four kinds", " \t\r\n{ \"name\"\t:\r\"a\" ,\n\"data\" : \"b\" } \r\n"),
        .good("all members", allMembers, severity: .error, run: "r", seq: 3, sentAt: 4),
        .good("the last of two names counts", #"{"name":"x","data":"b","name":"a"}"#),
        .good("the last of two data counts", #"{"name":"a","data":"\u0078","data":"b"}"#),
        .good("a null name, then one", #"{"name":null,"name":"a","data":"b"}"#),
        .good("a null severity is none", member: #""severity":null"#),
        .good("a null run is none", member: #""run":null,"seq":1"#),
        .good("an empty run is none", member: #""run":"","seq":1"#),
        .good("a run given twice", #"{"name":"a","data":"b","run":"x","run":"r"}"#, run: "r"),
        .good("a run taken back", #"{"name":"a","data":"b","run":"x","run":null}"#),
        .good("a null seq is 0", inRun: #""seq":null"#),
        .good("a null sent_at is 0", inRun: #""sent_at":null"#),
        .good("INFO", member: #""severity":"INFO""#),
        .good("WARNING", #"{"name":"a","data":"b","severity":"WARNING"}"#, severity: .warning),
        .good("an escaped severity", #"{"name":"a","data":"b","severity":"ERR\u004FR"}"#, severity: .error),
        .good("an escaped key", #"{"n\u0061me":"a","\u0064ata":"b"}"#),
        .good("a run of the longest kind", longestRun, run: String(repeating: "r", count: 128)),
    ]

    private static let allMembers = #"{"name":"a","data":"b","severity":"ERROR","run":"r","seq":3,"sent_at":4}"#
    private static let longestRun = #"{"name":"a","data":"b","run":""# + String(repeating: "r", count: 128) + #""}"#

    private static let strings: [Case] = [
        .good("every short escape", #"{"name":"a","data":"\"\\\/\b\f\n\r\t"}"#, data: "\"\\/\u{8}\u{C}\n\r\t"),
        .good("\\u of one, two and three bytes", #"{"name":"a","data":"\u0041\u00e9\u20AC"}"#, data: "Aé€"),
        .good("\\u in both cases", #"{"name":"a","data":"\uABcd\uabCD"}"#, data: "\u{ABCD}\u{ABCD}"),
        .good("\\u0000", #"{"name":"a","data":"\u0000"}"#, data: "\0"),
        .good("a surrogate pair", #"{"name":"a","data":"\ud83d\uDE42"}"#, data: "🙂"),
        .good(
            "the first and the last pair", #"{"name":"a","data":"\uD800\uDC00\uDBFF\uDFFF"}"#,
            data: "\u{10000}\u{10FFFF}"),
        .good(
            "the neighbours of surrogates", #"{"name":"a","data":"\uD7FF\uE000\uFFFF"}"#,
            data: "\u{D7FF}\u{E000}\u{FFFF}"),
        .good("UTF-8 of every length", #"{"name":"a","data":"é€🙂"}"#, data: "é€🙂"),
        .good("UTF-8 around escapes", #"{"name":"a","data":"é\n€\t🙂"}"#, data: "é\n€\t🙂"),
        .good("DEL", "{\"name\":\"a\",\"data\":\"\u{7F}\"}", data: "\u{7F}"),
        .good("U+2028", "{\"name\":\"a\",\"data\":\"\u{2028}\"}", data: "\u{2028}"),
        .good("a combining mark is not a letter's", "{\"name\":\"a\",\"data\":\"e\u{301}\"}", data: "e\u{301}"),
        .good(
            "an escape behind eight bytes", #"{"name":"a","data":"12345678\n12345678\n"}"#, data: "12345678\n12345678\n"
        ),
        .good("an escape behind seven bytes", #"{"name":"a","data":"1234567\n1234567\""}"#, data: "1234567\n1234567\""),
        .good("braces and commas in a text", #"{"name":"a","data":"},{[]:\","}"#, data: #"},{[]:","#),
    ]

    private static let numbers: [Case] = [
        .good("seq 0", inRun: #""seq":0"#),
        .good("seq -0", inRun: #""seq":-0"#),
        .good("the largest seq", inRun: #""seq":18446744073709551615"#, seq: .max),
        .good("the largest sent_at", inRun: #""sent_at":9223372036854775807"#, sentAt: .max),
        .good("the smallest sent_at", inRun: #""sent_at":-9223372036854775808"#, sentAt: .min),
        .good("sent_at -1", inRun: #""sent_at":-1"#, sentAt: -1),
        .good("white space behind a number", inRun: "\"seq\":7 \n", seq: 7),
        .good("a number before the closing brace", inRun: #""seq":7"#, seq: 7),
    ]

    private static let skipped: [Case] = [
        .good("an unknown text", member: #""x":"y\n\u00e9""#),
        .good("an unknown true", member: #""x":true"#),
        .good("an unknown false", member: #""x":false"#),
        .good("an unknown null", member: #""x":null"#),
        .good("an unknown empty object", member: #""x":{}"#),
        .good("an unknown empty array", member: #""x":[ ]"#),
        .good("an unknown nested value", member: #""x":{"name":[1,{"data":[true,null,"]}"]}]}"#),
        .good("an unknown key that is empty", member: #""":1"#),
        .good("a key in capitals is another key", member: #""NAME":1,"Data":[]"#),
        .good("a key that begins like one", member: #""nam":1,"names":2"#),
        .good(
            "unknown numbers of all forms", member: #""x":[0,-0,1.5,-1.25e10,1E-9,1e+5,123456789012345678901234567890]"#
        ),
        .good("63 arrays in each other", member: #""x":"# + nested(63)),
        .good("64 arrays in each other", member: #""x":"# + nested(64)),
        .good("the same unknown key twice", member: #""x":1,"x":2"#),
    ]

    /// Arrays in each other.
    static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
}
