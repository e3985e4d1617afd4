// Holds conversations with Go's own net/rpc, in two processes, and prints what went over the socket as Swift:
//
//	cd Tests/NetRPCTransportTests && go run Golden/main.go > GoldenConversations.swift
package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
)

// RPCServer is the contract's service.
type RPCServer struct{}

// RPCPayload is its argument.
type RPCPayload struct {
	Name string
	Data string
}

// LogInfo takes every entry but those named "refuse".
func (r *RPCServer) LogInfo(payload RPCPayload, resp *string) error {
	if payload.Name == "refuse" {
		return errors.New("this logger refuses the entry")
	}
	*resp = "Processed payload via RPC: " + payload.Name
	return nil
}

// loggedConn keeps the bytes of both directions.
type loggedConn struct {
	net.Conn
	mu             sync.Mutex
	sent, received []byte
}

func (c *loggedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, p...)
	return c.Conn.Write(p)
}

func (c *loggedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received = append(c.received, p[:n]...)
	return n, err
}

type call struct {
	method string
	arg    any
}

type wrongName struct{ Name int }

type withMore struct {
	Name  string
	Extra map[string][]int
	Data  string
	Inner struct{ Depth int }
}

func conversations() map[string][]call {
	log := func(name, data string) call { return call{"RPCServer.LogInfo", RPCPayload{name, data}} }
	return map[string][]call{
		"plain":        {log("login", "user 7"), log("größe", "naïve ✓"), log("third", strings.Repeat("x", 300))},
		"zeroValues":   {log("", ""), log("", "d"), log("n", "")},
		"refused":      {log("refuse", "no"), log("after", "yes")},
		"unknownNames": {{"RPCServer.Nope", RPCPayload{"a", "b"}}, {"Other.LogInfo", 7}, {"LogInfo", "text"}, log("after", "yes")},
		"wrongTypes":   {{"RPCServer.LogInfo", wrongName{7}}, {"RPCServer.LogInfo", "text"}, log("after", "yes")},
		"moreFields":   {{"RPCServer.LogInfo", withMore{Name: "n", Extra: map[string][]int{"k": {1, 2}}, Data: "d"}}, log("after", "yes")},
	}
}

func serve() {
	if err := rpc.Register(new(RPCServer)); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	rpc.Accept(listener)
}

// converse makes the calls one after the other, in a process whose gob type ids are fresh.
func converse(address string, calls []call) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	logged := &loggedConn{Conn: conn}
	client := rpc.NewClient(logged)
	var outcomes []string
	for _, call := range calls {
		var reply string
		if err := client.Call(call.method, call.arg, &reply); err != nil {
			reply = "error: " + err.Error()
		}
		outcomes = append(outcomes, reply)
	}
	logged.mu.Lock()
	defer logged.mu.Unlock()
	fmt.Printf("        toServer: %s,\n", literal(logged.sent))
	fmt.Printf("        toClient: %s,\n", literal(logged.received))
	fmt.Println("        outcomes: [")
	for _, outcome := range outcomes {
		fmt.Printf("            %q,\n", outcome)
	}
	fmt.Println("        ])")
}

func literal(bytes []byte) string {
	text := hex.EncodeToString(bytes)
	var out strings.Builder
	out.WriteString("\"\"\"\n")
	for len(text) > 0 {
		n := min(104, len(text))
		end := " \\\n"
		if n == len(text) {
			end = "\n"
		}
		out.WriteString("            " + text[:n] + end)
		text = text[n:]
	}
	out.WriteString("            \"\"\"")
	return out.String()
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		serve()
		return
	}
	if len(os.Args) > 2 {
		converse(os.Args[1], conversations()[os.Args[2]])
		return
	}
	fmt.Printf("// Made by `go run Golden/main.go > GoldenConversations.swift` with %s: do not edit.\n\n", runtime.Version())
	fmt.Println("extension GoldenConversation {")
	for i, name := range []string{"plain", "zeroValues", "refused", "unknownNames", "wrongTypes", "moreFields"} {
		if i > 0 {
			fmt.Println()
		}
		server := exec.Command(os.Args[0], "serve")
		stdout, err := server.StdoutPipe()
		if err != nil || server.Start() != nil {
			log.Fatal("the server does not start")
		}
		address, err := bufio.NewReader(stdout).ReadString('\n')
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("    static let %s = GoldenConversation(\n", name)
		client := exec.Command(os.Args[0], strings.TrimSpace(address), name)
		client.Stdout = os.Stdout
		client.Stderr = os.Stderr
		if err := client.Run(); err != nil {
			log.Fatal(err)
		}
		server.Process.Kill()
		server.Wait()
	}
	fmt.Println("}")
}
