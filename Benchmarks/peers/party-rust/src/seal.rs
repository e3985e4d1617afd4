//! The checksum at the head of an entry's text (Sources/Broker/PayloadSeal.swift).

/// The length of a seal: as many hexadecimal digits of the checksum of the text behind them.
pub const BYTES: usize = 16;

fn fold(value: u64) -> u64 {
    let product = u128::from(value | 1) * 0x9E37_79B9_7F4A_7C15;
    (product >> 64) as u64 ^ product as u64 ^ value
}

fn checksum(text: &[u8]) -> u64 {
    let mut lanes = [1u64, 2, 3, 4];
    let whole = text.chunks_exact(32);
    let rest = whole.remainder();
    for chunk in whole {
        for (lane, word) in lanes.iter_mut().zip(chunk.chunks_exact(8)) {
            *lane = fold(*lane ^ u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
    }
    let mut sum = fold(lanes[0] ^ fold(lanes[1] ^ fold(lanes[2] ^ lanes[3])));
    for each in rest {
        sum = fold(sum ^ u64::from(*each));
    }
    fold(sum ^ text.len() as u64)
}

/// A text behind its seal.
pub fn sealed(text: &str) -> String {
    format!("{:016x}{text}", checksum(text.as_bytes()))
}

/// Whether a text begins with the checksum of what follows.
pub fn is_intact(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < BYTES {
        return false;
    }
    let (digits, rest) = bytes.split_at(BYTES);
    let mut claimed = 0;
    for digit in digits {
        let value = match char::from(*digit).to_digit(16) {
            Some(value) => value,
            None => return false,
        };
        claimed = claimed << 4 | u64::from(value);
    }
    claimed == checksum(rest)
}
