module netrpc-go

go 1.22
