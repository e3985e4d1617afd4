package party;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The checksum at the head of an entry's text (Sources/Broker/PayloadSeal.swift). */
final class Seal {
    /** The length of a seal: as many hexadecimal digits of the checksum of the text behind them. */
    static final int BYTES = 16;

    private static final long PRIME = 0x9E3779B97F4A7C15L;
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Seal() {}

    /** A text behind its seal. */
    static String sealed(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return String.format("%016x%s", checksum(bytes, 0), text);
    }

    /** Whether a text begins with the checksum of what follows. */
    static boolean isIntact(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < BYTES) {
            return false;
        }
        long claimed = 0;
        for (int index = 0; index < BYTES; index++) {
            int digit = Character.digit(bytes[index], 16);
            if (digit < 0) {
                return false;
            }
            claimed = claimed << 4 | digit;
        }
        return claimed == checksum(bytes, BYTES);
    }

    private static long fold(long value) {
        long odd = value | 1;
        // The upper half of the product of two numbers without a sign.
        long high = Math.multiplyHigh(odd, PRIME) + (odd >> 63 & PRIME) + (PRIME >> 63 & odd);
        return high ^ odd * PRIME ^ value;
    }

    private static long checksum(byte[] bytes, int from) {
        long first = 1;
        long second = 2;
        long third = 3;
        long fourth = 4;
        int at = from;
        for (; at + 32 <= bytes.length; at += 32) {
            first = fold(first ^ (long) WORD.get(bytes, at));
            second = fold(second ^ (long) WORD.get(bytes, at + 8));
            third = fold(third ^ (long) WORD.get(bytes, at + 16));
            fourth = fold(fourth ^ (long) WORD.get(bytes, at + 24));
        }
        long sum = fold(first ^ fold(second ^ fold(third ^ fourth)));
        for (; at < bytes.length; at++) {
            sum = fold(sum ^ bytes[at] & 0xff);
        }
        return fold(sum ^ bytes.length - from);
    }
}
