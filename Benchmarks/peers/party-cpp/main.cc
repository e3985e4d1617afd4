// A broker and a logger in C++ on gRPC's callback API: a party of broker-lab's benchmarks. README.md has what it does at its best,
// and what at its defaults.
//
//     party-cpp logger --listen grpc=127.0.0.1:0 --listen http=127.0.0.1:0
//     party-cpp broker [--defaults]
//     party-cpp speaks
#include <grpcpp/grpcpp.h>

#include "broker.h"
#include "logger.h"
#include "party.h"

int main(int count, char** arguments) {
    play(
        {.name = "cpp", .version = grpc::Version(), .transports = {"grpc"}, .has_defaults = true, .receive = receive, .dial = dial},
        count, arguments
    );
}
