/// What becomes of a connection of HTTP/1.x behind an answer, and what the answer says of that (RFC 9112, 9.3 and 9.6).
enum Persistence {
    /// It goes on, as HTTP/1.1 does unless told otherwise.
    case goesOn
    /// It goes on, as a client of HTTP/1.0 has asked: such a client has to be told, or it waits for the end.
    case goesOnAnnounced
    /// It ends.
    case ends

    /// What the request wants.
    init(_ head: MessageHead, isVersion11: Bool) {
        self =
            if isVersion11 {
                head.asksForClose ? .ends : .goesOn
            } else {
                head.keepsVersion10Alive ? .goesOnAnnounced : .ends
            }
    }
}
