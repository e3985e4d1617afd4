package main

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/bits"
	"sync/atomic"
)

const (
	// longest is the largest value of a histogram, in nanoseconds.
	longest = 60_000_000_000
	// Of three digits there are 2048 counts a bucket, and each but the first uses the upper half of them: 2 to the power of this.
	halfBits = 10
)

// histogram counts nanoseconds from 1 to a minute in three digits, as HdrHistogram does; any goroutine may add to it.
type histogram struct {
	counts [28 << halfBits]atomic.Uint32
	sum    atomic.Uint64
	max    atomic.Uint64
}

func indexOf(value uint64) int {
	bucket := max(0, bits.Len64(value)-halfBits-1)
	return bucket<<halfBits + int(value>>bucket)
}

func valueAt(index int) uint64 {
	bucket := max(0, index>>halfBits-1)
	return uint64(index-bucket<<halfBits) << bucket
}

func (h *histogram) record(nanoseconds int64) {
	value := uint64(min(max(nanoseconds, 1), longest))
	h.counts[indexOf(value)].Add(1)
	h.sum.Add(value)
	for most := h.max.Load(); value > most && !h.max.CompareAndSwap(most, value); most = h.max.Load() {
	}
}

func (h *histogram) count() (count uint64) {
	for i := range h.counts {
		count += uint64(h.counts[i].Load())
	}
	return count
}

// summary is what a ledger says of a latency, in microseconds; nil without a value.
func (h *histogram) summary() map[string]any {
	count := h.count()
	if count == 0 {
		return nil
	}
	us := func(value uint64) float64 { return float64(value) / 1000 }
	percentile := func(part float64) float64 {
		left := uint64(math.Ceil(part * float64(count)))
		for i := range h.counts {
			own := uint64(h.counts[i].Load())
			if own >= left {
				return us(valueAt(i))
			}
			left -= own
		}
		return us(h.max.Load())
	}
	return map[string]any{
		"count": count, "p50_us": percentile(0.5), "p90_us": percentile(0.9), "p99_us": percentile(0.99),
		"p999_us": percentile(0.999), "max_us": us(h.max.Load()), "mean_us": us(h.sum.Load()) / float64(count),
	}
}

// encoded is HdrHistogram's V2 encoding, compressed, in base64 (AbstractHistogram.encodeIntoByteBuffer): a header of 40
// bytes, then the counts from value 0 on in ZigZag LEB128, where a negative number stands for as many empty ones.
func (h *histogram) encoded() string {
	counts := []byte{}
	empty := int64(0)
	for i := range h.counts {
		count := int64(h.counts[i].Load())
		if count == 0 {
			empty++
			continue
		}
		if empty > 0 {
			counts = binary.AppendVarint(counts, -empty)
			empty = 0
		}
		counts = binary.AppendVarint(counts, count)
	}
	plain := binary.BigEndian.AppendUint32(nil, 0x1c849303|0x10)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(counts)))
	plain = binary.BigEndian.AppendUint32(plain, 0)
	plain = binary.BigEndian.AppendUint32(plain, 3)
	plain = binary.BigEndian.AppendUint64(plain, 1)
	plain = binary.BigEndian.AppendUint64(plain, longest)
	plain = binary.BigEndian.AppendUint64(plain, math.Float64bits(1))
	var packed bytes.Buffer
	writer := zlib.NewWriter(&packed)
	writer.Write(append(plain, counts...))
	writer.Close()
	whole := binary.BigEndian.AppendUint32(nil, 0x1c849304|0x10)
	whole = binary.BigEndian.AppendUint32(whole, uint32(packed.Len()))
	return base64.StdEncoding.EncodeToString(append(whole, packed.Bytes()...))
}
