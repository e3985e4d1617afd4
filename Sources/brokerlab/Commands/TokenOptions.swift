import ArgumentParser
import Broker
import Foundation

/// What a command that listens can be told of who may speak to its HTTP address.
struct TokenServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "At the HTTP address, take only requests that show the token in this file: Authorization: Bearer TOKEN. "
                + "1 to 4096 visible ASCII characters.", valueName: "file"))
    var tokenFile: String?

    /// The token; nil where none is asked for.
    func token() throws -> BearerToken? {
        try tokenFile.map { try TokenFile.read($0, of: "--token-file") }
    }
}

/// What a command that sends can be told of how to be let in.
struct TokenClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "For http: show the token in this file, which the logger at --to asks for with its --token-file.",
            valueName: "file"))
    var toTokenFile: String?

    /// The token; nil where none is shown.
    func token() throws -> BearerToken? {
        try toTokenFile.map { try TokenFile.read($0, of: "--to-token-file") }
    }
}

/// A file with a token.
enum TokenFile {
    /// The token in it.
    /// - Throws: `ValidationError` that names the option and what is wrong with the file.
    static func read(_ path: String, of option: String) throws -> BearerToken {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ValidationError("\(option): '\(path)' cannot be read.")
        }
        defer { try? file.close() }
        // A line end behind the longest token is not one of it.
        let data = (try? file.read(upToCount: BearerToken.lengths.upperBound + 2)) ?? Data()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let token = BearerToken(text) else {
            throw ValidationError(
                "\(option): '\(path)' has to hold one token, 1 to \(BearerToken.lengths.upperBound) visible ASCII "
                    + "characters without blanks.")
        }
        return token
    }
}
