package main

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strconv"
)

// sealBytes is the length of a seal: as many hexadecimal digits of the checksum of the text behind them
// (Sources/Broker/PayloadSeal.swift).
const sealBytes = 16

func fold(value uint64) uint64 {
	high, low := bits.Mul64(value|1, 0x9E3779B97F4A7C15)
	return high ^ low ^ value
}

func checksum(text string) uint64 {
	lanes := [4]uint64{1, 2, 3, 4}
	rest := []byte(text)
	for ; len(rest) >= 32; rest = rest[32:] {
		for lane := range lanes {
			lanes[lane] = fold(lanes[lane] ^ binary.LittleEndian.Uint64(rest[8*lane:]))
		}
	}
	sum := fold(lanes[0] ^ fold(lanes[1]^fold(lanes[2]^lanes[3])))
	for _, each := range rest {
		sum = fold(sum ^ uint64(each))
	}
	return fold(sum ^ uint64(len(text)))
}

// seal puts its checksum before a text.
func seal(text string) string { return fmt.Sprintf("%016x%s", checksum(text), text) }

// isIntact is whether a text begins with the checksum of what follows.
func isIntact(text string) bool {
	if len(text) < sealBytes {
		return false
	}
	claimed, err := strconv.ParseUint(text[:sealBytes], 16, 64)
	return err == nil && claimed == checksum(text[sealBytes:])
}
