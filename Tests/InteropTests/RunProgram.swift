import Foundation
import Subprocess
import SystemPackage

/// A program that runs while a test's scope lasts.
struct RunningProgram: Sendable {
    let processID: Int32
    let output: ProgramOutput
    let errors: ProgramOutput
    /// Sends the program a signal.
    let signal: @Sendable (Signal) throws -> Void

    /// Waits for a line of JSON that can be decoded as `type`.
    func line<Line: Decodable>(_ type: Line.Type) async throws -> Line {
        try await lines(1, type)[0]
    }

    /// Waits for `count` lines of JSON that can be decoded as `type`, and returns all there are by then.
    func lines<Line: Decodable>(_ count: Int, _ type: Line.Type) async throws -> [Line] {
        do {
            return try await output.wait(for: "\(count) lines of \(type)") { lines in
                let decoder = JSONDecoder()
                let decoded = lines.compactMap { try? decoder.decode(type, from: Data($0.utf8)) }
                return decoded.count >= count ? decoded : nil
            }
        } catch var ended as OutputEnded {
            ended.lines += errors.lines
            throw ended
        }
    }
}

/// How a program ended and what it had printed by then.
struct FinishedProgram: Sendable {
    /// The exit code, or nil for a program that a signal ended.
    let exitCode: Int?
    let output: ProgramOutput
    let errors: ProgramOutput

    /// The standard output, decoded from JSON.
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(output.text.utf8))
    }
}

/// Runs a program until it ends by itself.
/// - Parameter limit: when the program is killed, which the test then sees from its missing exit code.
func runProgram(
    _ program: Program, _ arguments: [String] = [], input: String = "", limit: Duration = .seconds(40)
) async throws -> FinishedProgram {
    try await run(program, arguments, input: input, limit: limit) { _ in }
}

/// Runs a program while `body` runs, then stops it with SIGTERM.
/// - Parameters:
///   - limit: when the program is killed; whoever waits for its output then gets an error.
///   - isStopped: whether it is stopped; otherwise it is to end by itself.
@discardableResult
func withProgram(
    _ program: Program, _ arguments: [String] = [], limit: Duration = .seconds(40), isStopped: Bool = true,
    _ body: (RunningProgram) async throws -> Void
) async throws -> FinishedProgram {
    try await run(program, arguments, input: "", limit: limit) { program in
        try await body(program)
        // It may have ended by itself.
        if isStopped { try? program.signal(.terminate) }
    }
}

private func run(
    _ program: Program, _ arguments: [String], input: String, limit: Duration,
    _ body: (RunningProgram) async throws -> Void
) async throws -> FinishedProgram {
    let (output, errors) = (ProgramOutput(), ProgramOutput())
    let additions = program.environment.map { (Environment.Key(rawValue: $0.key)!, Optional($0.value)) }
    let result = try await Subprocess.run(
        .path(FilePath(program.path)),
        arguments: Arguments(program.arguments + arguments),
        environment: .inherit.updating(Dictionary(uniqueKeysWithValues: additions)),
        input: .string(input), output: .sequence, error: .sequence
    ) { execution in
        let running = RunningProgram(
            processID: execution.processIdentifier.value, output: output, errors: errors,
            signal: { try execution.send(signal: $0) })
        let timer = Task {
            try await Task.sleep(for: limit)
            try execution.send(signal: .kill)
        }
        defer { timer.cancel() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await collect(execution.standardOutput, into: output) }
            group.addTask { try await collect(execution.standardError, into: errors) }
            do {
                try await body(running)
            } catch {
                try? execution.send(signal: .kill)
                throw error
            }
            try await group.waitForAll()
        }
    }
    let exitCode: Int? = if case .exited(let code) = result.terminationStatus { Int(code) } else { nil }
    return FinishedProgram(exitCode: exitCode, output: output, errors: errors)
}

private func collect(_ stream: SubprocessOutputSequence, into output: ProgramOutput) async throws {
    defer { output.end() }
    for try await line in stream.strings(bufferingPolicy: .unbounded) {
        output.append(line)
    }
}
