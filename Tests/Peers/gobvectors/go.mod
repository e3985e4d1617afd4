module gobvectors

go 1.22
