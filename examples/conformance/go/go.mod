module conformance

go 1.25

require wflow v0.0.0

replace wflow => ../../../guest-sdk/go
