package peer

import "strings"

// Network returns what net.Dial and net.Listen take for an address: HOST:PORT, unix:/PATH or unix:@NAME.
func Network(address string) (network, name string) {
	if name, isUnix := strings.CutPrefix(address, "unix:"); isUnix {
		return "unix", name
	}
	return "tcp", address
}
