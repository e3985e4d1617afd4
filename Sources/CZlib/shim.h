#include <zlib.h>

// The init functions of zlib are macros, which Swift does not import.

// 15 bits of window; 16 more ask for the gzip format (zlib.h, "inflateInit2").
static inline int brokerlab_inflate_init_gzip(z_stream *stream) {
    return inflateInit2(stream, 15 + 16);
}

static inline int brokerlab_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
