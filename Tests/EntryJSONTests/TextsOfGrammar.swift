extension Case {
    /// Texts that try the grammar of RFC 8259, 2 to 4 and 6: structure, white space, words and numbers.
    static let grammar: [Case] = structure + whiteSpace + words + numbers + encodings

    private static let structure: [Case] = [
        .good("an object as the value of an unknown member", member: #""x":{"y":1}"#),
        .good("objects in arrays in objects", member: #""x":{"y":[{"z":[{}]},[]]}"#),
        .good("a key with every character that would end one", member: #""},{[]:\"":1"#),
        .good("an entry between unknown members", #"{"x":1,"name":"a","y":[],"data":"b","z":{}}"#),
        .good("an entry within an unknown member does not count", member: #""x":{"name":"y","data":"z"}"#),
        .bad("members in parentheses", #"("name":"a","data":"b")"#),
        .bad("an object closed by a bracket", #"{"name":"a","data":"b"]"#),
        .bad("an array opened by a brace", member: #""x":{1]"#),
        .bad("a member without value before a comma", #"{"name":,"data":"b"}"#),
        .bad("a member without value before a brace", #"{"name":"a","data":}"#),
        .bad("a member without key", #"{:"a","name":"a","data":"b"}"#),
        .bad("a key alone", member: #""x""#),
        .bad("a value alone", member: "1"),
        .bad("null as key", member: "null:1"),
        .bad("an array as key", member: "[]:1"),
        .bad("a semicolon between members", #"{"name":"a";"data":"b"}"#),
        .bad("a comma instead of a colon", #"{"name","a","data":"b"}"#),
        .bad("two values for a key", #"{"name":"a" "a","data":"b"}"#),
        .bad("texts one behind the other, as in C", #"{"name":"a","data":"b" "c"}"#),
        .bad("texts added", #"{"name":"a","data":"b"+"c"}"#),
        .bad("elements without comma", member: #""x":[1 2]"#),
        .bad("elements with two commas", member: #""x":[1,,2]"#),
        .bad("an array with a comma first", member: #""x":[,1]"#),
        .bad("an array with a colon", member: #""x":["y":1]"#),
        .bad("an array that is not closed", member: #""x":[1"#),
        .bad("an array closed twice", member: #""x":[1]]"#),
        .bad("an object with elements", member: #""x":{"y",1}"#),
        .bad("an object with a comma at the end", member: #""x":{"y":1,}"#),
        .bad("an object in an array that is not closed", member: #""x":[{]"#),
        .bad("a comma behind the entry", #"{"name":"a","data":"b"},"#),
        .bad("a bracket behind the entry", #"{"name":"a","data":"b"}]"#),
        .bad("a text behind the entry", #"{"name":"a","data":"b"}"x""#),
        .bad("a comment behind the entry", "{\"name\":\"a\",\"data\":\"b\"}//x"),
        .bad("a comment of one line", "{//x\n\"name\":\"a\",\"data\":\"b\"}"),
        .bad("a comment as in a shell", "{#x\n\"name\":\"a\",\"data\":\"b\"}"),
        .bad("a guard against inclusion as a script", #")]}',{"name":"a","data":"b"}"#),
        .bad("a call", #"f({"name":"a","data":"b"})"#),
        .bad("a text as entry", #""{\"name\":\"a\",\"data\":\"b\"}""#),
        .bad("two entries in lines", "{\"name\":\"a\",\"data\":\"b\"}\n{\"name\":\"a\",\"data\":\"b\"}"),
    ]

    private static let whiteSpace: [Case] = [
        .good("a space at the start", #" {"name":"a","data":"b"}"#),
        .good("a line feed at the end", "{\"name\":\"a\",\"data\":\"b\"}\n"),
        .good("CR LF between lines", "{\r\n\"name\":\"a\",\r\n\"data\":\"b\"\r\n}\r\n"),
        .good("a thousand spaces", "{" + String(repeating: " ", count: 1_000) + #""name":"a","data":"b"}"#),
        .good("white space in an empty array", member: "\"x\":[ \t\r\n]"),
        .good("white space in an empty object", member: "\"x\":{ \t\r\n}"),
        .good("white space around elements", member: "\"x\":[ 1\t,\r2\n]"),
        .bad("a vertical tab", "{\u{B}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("a backspace", "{\u{8}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("U+001C, which Python's isspace takes", "{\u{1C}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("DEL between members", "{\u{7F}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("U+0085, a next line", "{\u{85}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("U+2028, a line separator", "{\u{2028}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("U+3000, an ideographic space", "{\u{3000}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("U+200B, a space without width", "{\u{200B}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("a byte order mark between members", "{\u{FEFF}\"name\":\"a\",\"data\":\"b\"}"),
        .bad("a byte order mark at the end", "{\"name\":\"a\",\"data\":\"b\"}\u{FEFF}"),
        .bad("a form feed at the end", "{\"name\":\"a\",\"data\":\"b\"}\u{C}"),
        .bad("a space in a word", member: #""x":tr ue"#),
        .bad("a line end in a word", member: "\"x\":nu\nll"),
    ]

    private static let words: [Case] = [
        .good("the three words in an array", member: #""x":[true,false,null]"#),
        .bad("TRUE", member: #""x":TRUE"#), .bad("False", member: #""x":False"#),
        .bad("Null", member: #""x":Null"#), .bad("None", member: #""x":None"#),
        .bad("undefined", member: #""x":undefined"#), .bad("yes", member: #""x":yes"#),
        .bad("tru", member: #""x":tru"#), .bad("truee", member: #""x":truee"#), .bad("fals", member: #""x":fals"#),
        .bad("nul", member: #""x":nul"#), .bad("nulll", member: #""x":nulll"#), .bad("t", member: #""x":t"#),
        .bad("two words", member: #""x":true false"#), .bad("a word in wide letters", member: #""x":ｔｒｕｅ"#),
        .bad("a bare letter", member: #""x":a"#), .bad("an apostrophe", member: #""x":'y'"#),
        .bad("a grave accent", member: #""x":`y`"#), .bad("typographic quotation marks", member: #""x":“y”"#),
        .bad("a regular expression", member: #""x":/y/"#), .bad("a negation", member: #""x":!true"#),
    ]

    private static let numbers: [Case] =
        [
            "0", "-0", "0.0", "-0.0", "10", "1e1", "1E1", "1e+1", "1e-1", "0e0", "0E-0", "0.1e1", "1.0E+2", "-1", "9.9",
            "1e400", "1e-400", "123456789012345678901234567890.123456789012345678901234567890",
            "18446744073709551616", "-9223372036854775809",
        ].map { .good("an unknown \($0), of any size and form", member: #""x":\#($0)"#) }
        + [
            "00", "-00", "01.5", "-01", "+1", "++1", "--1", "- 1", "-.5", ".5", "5.", "-5.", "5.e1", ".e1", "1e1.5",
            "1ee1", "1e 1", "1e--1", "1.2.3", "1..2", "1. 2", "1 .2", "0x10", "0b1", "0o7", "1f", "1L", "1n", "1_0",
            "1 000", "1'000", "1-", "1+1", "1-1", "1/2", "NaN", "nan", "Infinity", "-Infinity", "inf", "-inf", "∞",
            "1٠",
            "١", "１", "½", "-", "+", ".", "e1", "-e1", "$1", "#1", "1%", "1e1e1", "0e", "0e+", "0.", "1,000",
        ].map { .bad("an unknown \($0), which is no number", member: #""x":[\#($0)"# + ($0 == "1,000" ? "" : "]")) }

    /// RFC 8259, 8.1: UTF-8 and nothing else.
    private static let encodings: [Case] = [
        Case(json: utf16, reason: "UTF-16, low byte first"),
        Case(json: utf16.reversedPairs, reason: "UTF-16, high byte first"),
        Case(json: [0xFF, 0xFE] + utf16, reason: "UTF-16 with its mark"),
        Case(json: utf16.flatMapPairs { [$0, $1, 0, 0] }, reason: "UTF-32, low byte first"),
        Case(json: Array(#"{"name":"a","data":""#.utf8) + [0xE9] + Array(#""}"#.utf8), reason: "Latin-1"),
    ]

    private static let utf16 = #"{"name":"a","data":"b"}"#.utf16.flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }
}

extension [UInt8] {
    /// What `body` makes of each two bytes.
    fileprivate func flatMapPairs(_ body: (UInt8, UInt8) -> [UInt8]) -> [UInt8] {
        stride(from: 0, to: count - 1, by: 2).flatMap { body(self[$0], self[$0 + 1]) }
    }

    fileprivate var reversedPairs: [UInt8] { flatMapPairs { [$1, $0] } }
}
