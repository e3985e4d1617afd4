// What JSON's escape sequences are (RFC 8259, 7).
#include "implementations.h"

#define LETTER(byte, letter) [byte] = {{'\\', letter}, 2}
#define NUMBER(byte, high, low) [byte] = {{'\\', 'u', '0', '0', high, low}, 6}

const struct json_escape json_escapes[256] = {
    NUMBER(0x00, '0', '0'), NUMBER(0x01, '0', '1'), NUMBER(0x02, '0', '2'), NUMBER(0x03, '0', '3'),
    NUMBER(0x04, '0', '4'), NUMBER(0x05, '0', '5'), NUMBER(0x06, '0', '6'), NUMBER(0x07, '0', '7'),
    LETTER(0x08, 'b'),      LETTER(0x09, 't'),      LETTER(0x0A, 'n'),      NUMBER(0x0B, '0', 'b'),
    LETTER(0x0C, 'f'),      LETTER(0x0D, 'r'),      NUMBER(0x0E, '0', 'e'), NUMBER(0x0F, '0', 'f'),
    NUMBER(0x10, '1', '0'), NUMBER(0x11, '1', '1'), NUMBER(0x12, '1', '2'), NUMBER(0x13, '1', '3'),
    NUMBER(0x14, '1', '4'), NUMBER(0x15, '1', '5'), NUMBER(0x16, '1', '6'), NUMBER(0x17, '1', '7'),
    NUMBER(0x18, '1', '8'), NUMBER(0x19, '1', '9'), NUMBER(0x1A, '1', 'a'), NUMBER(0x1B, '1', 'b'),
    NUMBER(0x1C, '1', 'c'), NUMBER(0x1D, '1', 'd'), NUMBER(0x1E, '1', 'e'), NUMBER(0x1F, '1', 'f'),
    LETTER('"', '"'),       LETTER('\\', '\\'),
};

const uint8_t json_letters[256] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = 0x08, ['f'] = 0x0C, ['n'] = 0x0A, ['r'] = 0x0D, ['t'] = 0x09,
};
