module broker-lab/http-go

go 1.23
