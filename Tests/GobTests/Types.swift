import Gob

// The Go types of Tests/Peers/gobvectors/types.go.

struct Point: GobStruct, Hashable {
    var x = 0
    var y = 0

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("X", &x)
        field("Y", &y)
    }
}

struct Request: GobStruct, Equatable {
    var serviceMethod = ""
    var seq: UInt64 = 0

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("ServiceMethod", &serviceMethod)
        field("Seq", &seq)
    }
}

struct Arguments<Text: GobField & Equatable>: GobStruct, Equatable {
    var name = Text.gobZero
    var data = Text.gobZero
    var severity = Text.gobZero
    var run = Text.gobZero
    var seq: UInt64 = 0
    var sentAt: Int64 = 0

    static var gobName: String { "StampedPayload" }
    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
        field("Data", &data)
        field("Severity", &severity)
        field("Run", &run)
        field("Seq", &seq)
        field("SentAt", &sentAt)
    }
}

struct Basics: GobStruct, Equatable {
    var flag = false
    var int = 0
    var uint: UInt = 0
    var float = 0.0
    var single: Float = 0
    var complex = GobComplex<Double>()
    var text = ""
    var data: [UInt8] = []

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Flag", &flag)
        field("Int", &int)
        field("Uint", &uint)
        field("Float", &float)
        field("Single", &single)
        field("Complex", &complex)
        field("Text", &text)
        field("Data", &data)
    }
}

struct Widths: GobStruct, Equatable {
    var a: Int8 = 0
    var b: Int16 = 0
    var c: Int32 = 0
    var d: Int64 = 0
    var e: UInt8 = 0
    var f: UInt16 = 0
    var g: UInt32 = 0
    var h: UInt64 = 0
    var i = 0
    var j: UInt = 0
    var k: UInt = 0

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("A", &a)
        field("B", &b)
        field("C", &c)
        field("D", &d)
        field("E", &e)
        field("F", &f)
        field("G", &g)
        field("H", &h)
        field("I", &i)
        field("J", &j)
        field("K", &k)
    }
}

struct Tree: GobStruct, Equatable {
    var value = 0
    var left = GobBox<Tree>.empty
    var right = GobBox<Tree>.empty

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Value", &value)
        field("Left", &left)
        field("Right", &right)
    }
}

struct Forest: GobStruct, Equatable {
    var name = ""
    var trees: [Forest] = []
    var named: [String: Forest] = [:]

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Name", &name)
        field("Trees", &trees)
        field("Named", &named)
    }
}

struct Collections: GobStruct {
    var ints: [Int] = []
    var names: [String] = []
    var points: [Point] = []
    var grid: InlineArray<2, InlineArray<3, Int8>> = .gobZero
    var fixed: InlineArray<4, UInt8> = .gobZero
    var byName: [String: Int] = [:]
    var byPoint: [Point: [String]] = [:]

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Ints", &ints)
        field("Names", &names)
        field("Points", &points)
        field("Grid", &grid)
        field("Fixed", &fixed)
        field("ByName", &byName)
        field("ByPoint", &byPoint)
    }
}

struct Times: GobStruct, Equatable {
    var at = GobTime.gobZero
    var maybe: GobTime?
    var all: [GobTime] = []
    var zero = GobTime.gobZero
    var after = 0

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("At", &at)
        field("Maybe", &maybe)
        field("All", &all)
        field("Zero", &zero)
        field("After", &after)
    }
}

struct Holder: GobStruct, Equatable {
    var before = 0
    var held = GobInterface()
    var after = ""

    mutating func gobFields(_ field: inout some GobFieldVisitor & ~Copyable) {
        field("Before", &before)
        field("Held", &held)
        field("After", &after)
    }
}
