package party;

/** Sends entries on one connection. */
interface Sender {
    /** What becomes of an entry that was not acknowledged. */
    enum Fate {
        NOT_SENT,
        REJECTED,
        UNKNOWN
    }

    /** Is told what became of an entry, once, by any thread. */
    interface Outcome {
        void acknowledged();

        void failed(Fate fate, String reason);
    }

    /** Sends an entry, which stays as it is until its outcome is told. */
    void send(Entry entry, Outcome outcome) throws Exception;

    void close() throws Exception;
}
