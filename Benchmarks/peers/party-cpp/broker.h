// The load generator.
#pragma once

/// Does one job after the other, as they come on standard input, until that ends.
void generate(bool at_defaults);
