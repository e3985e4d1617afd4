package main

import (
	"encoding/binary"
	"maps"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const (
	// Offsets in struct tcp_info of linux/tcp.h (4.19 and later).
	receivedOffset, sentOffset = 128, 200
	tcpInfo                    = 11
)

// wireBytes is what the kernel has counted on a socket.
type wireBytes struct{ sent, received uint64 }

// portOf is the port of HOST:PORT or of a URL; 0 where there is none.
func portOf(target string) int {
	if strings.Contains(target, "://") {
		address, err := url.Parse(target)
		if err != nil {
			return 0
		}
		target = address.Host
	}
	_, text, err := net.SplitHostPort(target)
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(text)
	return port
}

// descriptorsTo are the sockets of this process that lead to a port.
func descriptorsTo(port int) []int {
	var found []int
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return found
	}
	for _, each := range entries {
		descriptor, err := strconv.Atoi(each.Name())
		if err != nil {
			continue
		}
		if peer, err := syscall.Getpeername(descriptor); err == nil && inetPort(peer) == port {
			found = append(found, descriptor)
		}
	}
	return found
}

// resetAll resets all connections to a port, and says how many there were: an address of no family dissolves a connection
// (connect(2)), for which Linux sends a reset.
func resetAll(port int) uint64 {
	count := uint64(0)
	nowhere := [16]byte{}
	for _, descriptor := range descriptorsTo(port) {
		_, _, fault := syscall.Syscall(
			syscall.SYS_CONNECT, uintptr(descriptor), uintptr(unsafe.Pointer(&nowhere)), unsafe.Sizeof(nowhere))
		if fault == 0 {
			count++
		}
	}
	return count
}

// socketsTo is what the kernel has counted on each socket of this process that leads to a port, by its own port.
func socketsTo(port int) map[int]wireBytes {
	found := map[int]wireBytes{}
	for _, descriptor := range descriptorsTo(port) {
		own, err := syscall.Getsockname(descriptor)
		if err != nil {
			continue
		}
		var info [256]byte
		length := uint32(len(info))
		_, _, fault := syscall.Syscall6(syscall.SYS_GETSOCKOPT, uintptr(descriptor), syscall.IPPROTO_TCP, tcpInfo,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&length)), 0)
		if fault == 0 && length >= sentOffset+8 {
			found[inetPort(own)] = wireBytes{
				binary.NativeEndian.Uint64(info[sentOffset:]), binary.NativeEndian.Uint64(info[receivedOffset:]),
			}
		}
	}
	return found
}

func inetPort(address syscall.Sockaddr) int {
	switch address := address.(type) {
	case *syscall.SockaddrInet4:
		return address.Port
	case *syscall.SockaddrInet6:
		return address.Port
	}
	return 0
}

// countWire adds to a result what was sent and received since; nothing where the sockets are not the same any more, as what a
// closed one has counted is not known.
func (r *result) countWire(before, after map[int]wireBytes) {
	isSame := func(wireBytes, wireBytes) bool { return true }
	if len(before) == 0 || !maps.EqualFunc(before, after, isSame) {
		return
	}
	sent, received := uint64(0), uint64(0)
	for port, now := range after {
		sent += now.sent - before[port].sent
		received += now.received - before[port].received
	}
	r.WireTxBytes, r.WireRxBytes = &sent, &received
}
