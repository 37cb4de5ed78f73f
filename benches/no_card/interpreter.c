// See interpreter.h. The units of a plane go on together, those first whose statement comes first,
// so that they meet again behind a branch; the planes of a cube go in turn, each until it waits for
// the others. The language is that of NVIDIA's "Parallel Thread Execution ISA", version 8.

#include "interpreter.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 32, OPERANDS = 24, ITEMS = 8, WORD = 256, SYMBOLS = 256, PREFIXES = 64, STATEMENTS = 1 << 16 };
static const uint32_t WHOLE = 0xffffffff;

// ---- what a kernel is read into ----

struct Type {
    char kind; // p, b, u, s, f; B for bf16, T for tf32, 0 for none
    int bits;
};

enum Place { NOTHING, REGISTER, NUMBER, SPECIAL, LABEL };
struct Operand {
    enum Place place;
    int reg, negated; // a register, or that of an address (-1: none); !%p
    uint64_t bits;    // a number, or what is added to the register of an address
};

enum Flag { WIDE = 1, HIGH = 2, SATURATE = 4, UP = 8, DOWN = 16, ZERO = 32, EVEN = 64, FROM_ANY = 128, NAN_WINS = 256, WRAP = 512 };
struct Statement {
    char word[WORD];
    int op, compare, combine, flags, vector;
    char space;                // g, s, l, p; 0 for any
    struct Type type, from;    // the first type, and the last
    struct Operand operand[OPERANDS];
    int items, first[ITEMS + 1]; // operands between commas: those of item i begin at first[i]
    int guard, guard_negated;
    int target, targets[64];
};

struct Symbol {
    char name[WORD], space; // p, s, l, g; t for a table of branches
    uint64_t at;
    size_t bytes;
    int labels[64];
};

struct Label {
    char name[WORD];
    int at;
};

struct Kernel {
    char name[WORD];
    struct Statement *statements;
    int count, registers, symbol_count, prefix_count, label_count, parameter_count;
    struct Symbol symbols[SYMBOLS];
    struct {
        char name[32];
        int first;
    } prefixes[PREFIXES];
    struct Label *labels;
    size_t parameter_bytes, parameter_at[SYMBOLS], parameter_size[SYMBOLS], shared_bytes, local_bytes;
};

static void fail(const char *what, const char *word) {
    fprintf(stderr, "interpreter: %s: %s\n", what, word);
    abort();
}

// ---- reading ----

struct Reader {
    const char *at;
    char token[WORD];
};

static int is_of_word(int c) { return isalnum(c) || c == '_' || c == '$' || c == '%' || c == '.'; }

// The next token, empty at the end: a word, a string, or a sign.
static const char *next(struct Reader *r) {
    for (;;) {
        while (isspace((unsigned char)*r->at)) r->at++;
        if (!strncmp(r->at, "//", 2)) r->at += strcspn(r->at, "\n");
        else if (!strncmp(r->at, "/*", 2)) r->at = strstr(r->at, "*/") + 2;
        else break;
    }
    size_t length = 0;
    if (*r->at == '"') length = strcspn(r->at + 1, "\"") + 2;
    else while (is_of_word((unsigned char)r->at[length])) length++;
    if (!length && *r->at) length = 1;
    size_t kept = length < WORD ? length : WORD - 1;
    memcpy(r->token, r->at, kept);
    r->token[kept] = 0;
    r->at += length;
    return r->token;
}

static int is(struct Reader *r, const char *token) { return !strcmp(r->token, token); }

static void expect(struct Reader *r, const char *token) {
    if (strcmp(next(r), token)) fail("expected", token);
}

static void skip_to(struct Reader *r, const char *token) {
    while (*next(r) && !is(r, token)) {}
}

static struct Type type_of(const char *word) {
    static const struct { const char *word; struct Type type; } known[] = {
        {"pred", {'p', 1}}, {"b8", {'b', 8}},   {"b16", {'b', 16}}, {"b32", {'b', 32}},   {"b64", {'b', 64}},   {"u8", {'u', 8}},
        {"u16", {'u', 16}}, {"u32", {'u', 32}}, {"u64", {'u', 64}}, {"s8", {'s', 8}},     {"s16", {'s', 16}},   {"s32", {'s', 32}},
        {"s64", {'s', 64}}, {"f16", {'f', 16}}, {"f32", {'f', 32}}, {"f64", {'f', 64}},   {"bf16", {'B', 16}},  {"bf16x2", {'B', 32}},
        {"tf32", {'T', 32}}, {"f16x2", {'h', 32}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].word, word)) return known[i].type;
    return (struct Type){0, 0};
}

static struct Symbol *symbol(struct Kernel *k, const char *name) {
    for (int i = 0; i < k->symbol_count; i++)
        if (!strcmp(k->symbols[i].name, name)) return &k->symbols[i];
    return NULL;
}

static struct Symbol *add_symbol(struct Kernel *k, const char *name, char space, uint64_t at, size_t bytes) {
    if (k->symbol_count == SYMBOLS) fail("too many names", name);
    struct Symbol *s = &k->symbols[k->symbol_count++];
    snprintf(s->name, WORD, "%s", name);
    s->space = space, s->at = at, s->bytes = bytes;
    return s;
}

// The registers of a prefix are numbered from its first on: `%r<10>` are ten.
static int reg(struct Kernel *k, const char *word) {
    size_t length = strcspn(word, "0123456789");
    for (int i = k->prefix_count - 1; i >= 0; i--) {
        if (!strcmp(k->prefixes[i].name, word)) return k->prefixes[i].first;
        if (strlen(k->prefixes[i].name) == length && !strncmp(k->prefixes[i].name, word, length))
            return k->prefixes[i].first + atoi(word + length);
    }
    return -1;
}

static void declare_registers(struct Kernel *k, struct Reader *r) {
    next(r); // the type
    do {
        next(r);
        if (k->prefix_count == PREFIXES) fail("too many registers", r->token);
        snprintf(k->prefixes[k->prefix_count].name, 32, "%s", r->token);
        k->prefixes[k->prefix_count++].first = k->registers;
        next(r);
        int count = 1;
        if (is(r, "<")) {
            count = atoi(next(r));
            expect(r, ">");
            next(r);
        }
        k->registers += count;
    } while (is(r, ","));
}

// `.align 4 .b8 name[16]`, from behind the space on; what it is set to is read, too.
static void declare_memory(struct Kernel *k, struct Reader *r, char space) {
    size_t align = 8, bytes = 1, count = 1;
    char name[WORD] = "";
    for (next(r); !is(r, ";") && !is(r, "=") && !is(r, ",") && !is(r, ")"); next(r)) {
        if (is(r, ".align")) {
            size_t asked = strtoul(next(r), NULL, 0);
            align = asked > align ? asked : align;
        } else if (is(r, "[")) {
            // Of what a launch gives besides, the size is not told.
            count = strtoul(next(r), NULL, 0);
            if (!is(r, "]")) expect(r, "]");
        } else if (r->token[0] == '.' && type_of(r->token + 1).bits) bytes = (size_t)type_of(r->token + 1).bits / 8;
        else if (r->token[0] != '.') snprintf(name, WORD, "%s", r->token);
    }
    size_t *used = space == 's' ? &k->shared_bytes : space == 'l' ? &k->local_bytes : &k->parameter_bytes;
    if (space == 'g') {
        unsigned char *memory = calloc(count, bytes);
        if (is(r, "=")) {
            expect(r, "{");
            for (size_t i = 0; !is(r, "}"); i++) {
                uint64_t number = strtoull(next(r), NULL, 0);
                memcpy(memory + i * bytes, &number, bytes);
                next(r);
            }
            next(r);
        }
        add_symbol(k, name, space, (uint64_t)memory, count * bytes);
        return;
    }
    *used = (*used + align - 1) / align * align;
    add_symbol(k, name, space, *used, count * bytes);
    if (space == 'p') {
        k->parameter_at[k->parameter_count] = *used;
        k->parameter_size[k->parameter_count++] = count * bytes;
    }
    *used += count * bytes;
}

static int label(struct Kernel *k, const char *name) {
    for (int i = 0; i < k->label_count; i++)
        if (!strcmp(k->labels[i].name, name)) return i;
    snprintf(k->labels[k->label_count].name, WORD, "%s", name);
    k->labels[k->label_count].at = -1;
    return k->label_count++;
}

static uint64_t number(const char *word, int is_negative) {
    if (word[0] == '0' && (word[1] == 'f' || word[1] == 'F') && strlen(word) == 10) return strtoull(word + 2, NULL, 16);
    if (word[0] == '0' && (word[1] == 'd' || word[1] == 'D') && strlen(word) == 18) return strtoull(word + 2, NULL, 16);
    uint64_t value = strtoull(word, NULL, 0);
    return is_negative ? -value : value;
}

enum Special { TID, NTID, CTAID, NCTAID, LANE, WARP };
static int special(const char *word) {
    static const char *names[] = {"%tid.", "%ntid.", "%ctaid.", "%nctaid.", "%laneid", "%warpid"};
    for (int i = 0; i < 6; i++) {
        size_t length = strlen(names[i]);
        if (!strncmp(word, names[i], length)) return 4 * i + (i < LANE ? word[length] - 'x' : 0);
    }
    return -1;
}

// An operand whose first token is read; leaves the token behind it.
static struct Operand operand(struct Kernel *k, struct Reader *r) {
    struct Operand o = {NUMBER, -1, 0, 0};
    if (is(r, "!")) o.negated = 1, next(r);
    int is_address = is(r, "[");
    if (is_address) next(r);
    for (;;) {
        int is_negative = is(r, "-");
        if (is_negative) next(r);
        if (isdigit((unsigned char)r->token[0])) o.bits += number(r->token, is_negative);
        else if (special(r->token) >= 0) o.place = SPECIAL, o.bits = (uint64_t)special(r->token);
        else if (reg(k, r->token) >= 0) o.place = REGISTER, o.reg = reg(k, r->token);
        else if (is(r, "_")) o.place = NOTHING;
        else if (symbol(k, r->token)) o.bits += symbol(k, r->token)->at;
        else if (is_of_word((unsigned char)r->token[0])) o.place = LABEL, o.bits = (uint64_t)label(k, r->token);
        else fail("operand", r->token);
        next(r);
        if (!is_address || !is(r, "+")) break;
        next(r);
    }
    if (is_address) {
        if (!is(r, "]")) fail("address", r->token);
        next(r);
    }
    return o;
}

enum Op {
    ABS, ACTIVEMASK, ADD, AND, ATOM, BAR, BARRIER, BFE, BFI, BRA, BREV, BRX, CLZ, COPYSIGN, COS, CVT, CVTA, DIV, EX2, EXIT, FENCE, FMA,
    LD, LG2, LOP3, MAD, MAX, MEMBAR, MIN, MMA, MOV, MUL, NEG, NOT, OR, POPC, PRMT, RCP, RED, REM, RET, RSQRT, SELP, SETP, SHF, SHFL, SHL,
    SHR, SIN, SQRT, ST, SUB, TANH, TESTP, TRAP, VOTE, XOR, OPS,
};
static const char *const OP_NAMES[OPS] = {
    "abs", "activemask", "add", "and", "atom", "bar", "barrier", "bfe", "bfi", "bra", "brev", "brx", "clz", "copysign", "cos", "cvt", "cvta",
    "div", "ex2", "exit", "fence", "fma", "ld", "lg2", "lop3", "mad", "max", "membar", "min", "mma", "mov", "mul", "neg", "not", "or", "popc",
    "prmt", "rcp", "red", "rem", "ret", "rsqrt", "selp", "setp", "shf", "shfl", "shl", "shr", "sin", "sqrt", "st", "sub", "tanh", "testp",
    "trap", "vote", "xor",
};
enum { EQ = 1, NE, LT, LE, GT, GE, EQU, NEU, LTU, LEU, GTU, GEU, NUM, IS_NAN, LO, LS, HI, HS };
static const char *const COMPARES[] = {"", "eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan", "lo", "ls", "hi", "hs"};

// `ld.global.nc.v4.f32`: the operation, and what its modifiers say.
static void read_word(struct Statement *s) {
    char copy[WORD], *rest = copy;
    snprintf(copy, WORD, "%s", s->word);
    const char *base = strsep(&rest, ".");
    for (s->op = 0; s->op < OPS && strcmp(OP_NAMES[s->op], base); s->op++) {}
    if (s->op == OPS) fail("statement", s->word);
    for (const char *part; (part = strsep(&rest, "."));) {
        struct Type type = type_of(part);
        if (type.bits) {
            if (!s->type.bits) s->type = type;
            s->from = type;
        } else if (!strcmp(part, "global") || !strcmp(part, "const")) s->space = 'g';
        else if (!strcmp(part, "shared")) s->space = 's';
        else if (!strcmp(part, "local")) s->space = 'l';
        else if (!strcmp(part, "param")) s->space = 'p';
        else if (!strcmp(part, "wide")) s->flags |= WIDE;
        else if (!strcmp(part, "hi") && s->op != SETP) s->flags |= HIGH;
        else if (!strcmp(part, "sat")) s->flags |= SATURATE;
        else if (!strcmp(part, "rpi")) s->flags |= UP;
        else if (!strcmp(part, "rmi")) s->flags |= DOWN;
        else if (!strcmp(part, "rzi")) s->flags |= ZERO;
        else if (!strcmp(part, "rni")) s->flags |= EVEN;
        else if (!strcmp(part, "NaN")) s->flags |= NAN_WINS;
        else if (!strcmp(part, "wrap")) s->flags |= WRAP;
        else if (!strcmp(part, "v2") || !strcmp(part, "v4")) s->vector = part[1] - '0';
        else if (!strcmp(part, "to")) s->flags |= FROM_ANY;
        else if (s->op == SETP || s->op == TESTP) {
            for (int i = 1; i <= HS; i++)
                if (!strcmp(part, COMPARES[i])) s->compare = i;
            s->combine = !strcmp(part, "and") ? 'a' : !strcmp(part, "or") ? 'o' : !strcmp(part, "xor") ? 'x' : s->combine;
        } else if (s->op == ATOM || s->op == RED) {
            for (int op = 0; op < OPS; op++)
                if (!strcmp(part, OP_NAMES[op])) s->combine = op;
            if (!strcmp(part, "exch")) s->combine = MOV;
            if (!strcmp(part, "cas")) s->combine = SELP;
            if (!strcmp(part, "inc") || !strcmp(part, "dec")) fail("statement", s->word);
        } else if (s->op == SHFL && strcmp(part, "sync")) s->combine = part[0]; // up, down, bfly, idx
        else if (s->op == SHF && !part[1]) s->combine = part[0];                // l, r
        else if (s->op == VOTE && strcmp(part, "sync")) s->combine = part[2];   // any, all, uni, ballot
    }
}

static void read_statement(struct Kernel *k, struct Reader *r, struct Statement *s) {
    s->guard = -1;
    if (is(r, "@")) {
        next(r);
        if (is(r, "!")) s->guard_negated = 1, next(r);
        s->guard = reg(k, r->token);
        next(r);
    }
    snprintf(s->word, WORD, "%s", r->token);
    read_word(s);
    int count = 0;
    next(r);
    while (!is(r, ";")) {
        if (s->items == ITEMS || count + 1 >= OPERANDS) fail("operands", s->word);
        s->first[s->items++] = count;
        int is_group = is(r, "{");
        if (is_group) next(r);
        for (;;) {
            s->operand[count++] = operand(k, r);
            if (!is(r, "|") && !(is_group && is(r, ","))) break;
            next(r);
        }
        if (is_group) next(r);
        if (is(r, ",")) next(r);
    }
    s->first[s->items] = count;
}

static void read_body(struct Kernel *k, struct Reader *r) {
    for (int depth = 1; depth;) {
        next(r);
        if (!r->token[0]) fail("no end of", k->name);
        if (is(r, "{")) depth++;
        else if (is(r, "}")) depth--;
        else if (is(r, ".reg")) declare_registers(k, r);
        else if (is(r, ".shared")) declare_memory(k, r, 's');
        else if (is(r, ".local")) declare_memory(k, r, 'l');
        else if (r->token[0] == '.') skip_to(r, ";");
        else if (*r->at == ':') {
            char name[WORD];
            snprintf(name, WORD, "%s", r->token);
            expect(r, ":");
            struct Reader ahead = *r;
            if (strcmp(next(&ahead), ".branchtargets")) {
                k->labels[label(k, name)].at = k->count;
                continue;
            }
            *r = ahead;
            struct Symbol *table = add_symbol(k, name, 't', (uint64_t)k->symbol_count, 0);
            for (next(r); !is(r, ";"); next(r))
                if (!is(r, ",")) table->labels[table->bytes++] = label(k, r->token);
        } else {
            if (k->count == STATEMENTS) fail("too long", k->name);
            read_statement(k, r, &k->statements[k->count++]);
        }
    }
    for (int i = 0; i < k->label_count; i++)
        if (k->labels[i].at < 0) fail("operand", k->labels[i].name);
    for (int i = 0; i < k->count; i++) {
        struct Statement *s = &k->statements[i];
        if (s->op == BRA) s->target = k->labels[s->operand[0].bits].at;
        if (s->op == BRX) {
            struct Symbol *table = &k->symbols[s->operand[1].bits];
            for (size_t j = 0; j < table->bytes; j++) s->targets[j] = k->labels[table->labels[j]].at;
        }
    }
}

struct Kernel *ptx_read(const char *text) {
    struct Kernel *k = calloc(1, sizeof *k);
    k->statements = calloc(STATEMENTS, sizeof *k->statements);
    k->labels = calloc(STATEMENTS, sizeof *k->labels);
    struct Reader r = {text, ""};
    for (next(&r); !is(&r, ".entry"); next(&r)) {
        if (!r.token[0]) fail("a module without", ".entry");
        if (is(&r, ".global") || is(&r, ".const")) declare_memory(k, &r, 'g');
        if (is(&r, ".shared")) declare_memory(k, &r, 's');
    }
    snprintf(k->name, WORD, "%s", next(&r));
    for (next(&r); !is(&r, "{"); next(&r))
        while (is(&r, ".param")) {
            declare_memory(k, &r, 'p');
            if (is(&r, ",")) next(&r);
        }
    read_body(k, &r);
    k->statements = realloc(k->statements, (size_t)(k->count + 1) * sizeof *k->statements);
    free(k->labels);
    return k;
}

// ---- running ----

struct Plane {
    const struct Kernel *kernel;
    uint64_t (*regs)[UNITS];
    int at[UNITS];
    uint32_t live, waiting;
    unsigned first, tid[UNITS][3], ntid[3], ctaid[3], nctaid[3];
    unsigned char *parameters, *shared, *local;
    size_t shared_bytes;
    int (*is_memory)(uint64_t, size_t);
};

static uint64_t value(const struct Plane *p, const struct Operand *o, int unit) {
    switch (o->place) {
    case REGISTER: return o->negated ? !p->regs[o->reg][unit] : p->regs[o->reg][unit] + o->bits;
    case NUMBER: return o->bits;
    case SPECIAL: {
        int axis = (int)(o->bits % 4);
        switch (o->bits / 4) {
        case TID: return p->tid[unit][axis];
        case NTID: return p->ntid[axis];
        case CTAID: return p->ctaid[axis];
        case NCTAID: return p->nctaid[axis];
        case LANE: return (uint64_t)unit;
        default: return p->first / UNITS;
        }
    }
    default: return 0;
    }
}

static uint64_t cut(uint64_t bits, int width) { return width >= 64 ? bits : bits & ((1ull << width) - 1); }
static int64_t sign(uint64_t bits, int width) {
    return width >= 64 ? (int64_t)bits : (int64_t)(bits << (64 - width)) >> (64 - width);
}
// A number and its bits, in the order of bytes that this machine and a card have.
union Number {
    uint64_t bits;
    double f64;
    float f32;
    _Float16 f16;
};
static double f64_of(uint64_t bits) { return (union Number){.bits = bits}.f64; }
static float f32_of(uint64_t bits) { return (union Number){.bits = bits}.f32; }
static float f16_of(uint64_t bits) { return (union Number){.bits = bits}.f16; }
static uint64_t of_f64(double number) { return (union Number){.f64 = number}.bits; }
static uint64_t of_f32(float number) { return cut((union Number){.f32 = number}.bits, 32); }
static uint64_t of_f16(float number) { return cut((union Number){.f16 = (_Float16)number}.bits, 16); }
// To the nearest, halves to the even one.
static uint64_t of_bf16(float number) {
    uint32_t word = (uint32_t)of_f32(number);
    if (number != number) return 0x7fff;
    return (word + 0x7fff + (word >> 16 & 1)) >> 16;
}
// To the nearest, halves away from zero.
static uint64_t of_tf32(float number) {
    uint32_t word = (uint32_t)of_f32(number);
    return number != number ? word : (word + 0x1000) & ~0x1fffu;
}

static double real(struct Type type, uint64_t bits) {
    if (type.kind == 'B') return f32_of(bits << 16);
    return type.bits == 64 ? f64_of(bits) : type.bits == 32 ? f32_of(bits) : f16_of(bits);
}
static uint64_t of_real(struct Type type, double number) {
    if (type.kind == 'B') return of_bf16((float)number);
    return type.bits == 64 ? of_f64(number) : type.bits == 32 ? of_f32((float)number) : of_f16((float)number);
}

// In the type itself: single precision rounds once.
static uint64_t of_reals(const struct Statement *s, double a, double b, double c) {
    int is_double = s->type.bits == 64;
    double y;
    switch (s->op) {
    case ABS: y = fabs(a); break;
    case ADD: y = is_double ? a + b : (float)a + (float)b; break;
    case SUB: y = is_double ? a - b : (float)a - (float)b; break;
    case MUL: y = is_double ? a * b : (float)a * (float)b; break;
    case MAD:
    case FMA: y = is_double ? fma(a, b, c) : fmaf((float)a, (float)b, (float)c); break;
    case DIV: y = is_double ? a / b : (float)a / (float)b; break;
    case MIN: y = (s->flags & NAN_WINS) && (a != a || b != b) ? NAN : fmin(a, b); break;
    case MAX: y = (s->flags & NAN_WINS) && (a != a || b != b) ? NAN : fmax(a, b); break;
    case NEG: y = -a; break;
    case COPYSIGN: y = copysign(b, a); break;
    case SQRT: y = is_double ? sqrt(a) : sqrtf((float)a); break;
    case RCP: y = is_double ? 1 / a : 1 / (float)a; break;
    case RSQRT: y = is_double ? 1 / sqrt(a) : 1 / sqrtf((float)a); break;
    case EX2: y = exp2(a); break;
    case LG2: y = log2(a); break;
    case SIN: y = sin(a); break;
    case COS: y = cos(a); break;
    case TANH: y = tanh(a); break;
    default: fail("no operation on numbers with a point", s->word); return 0;
    }
    if (s->flags & SATURATE) y = y > 0 ? fmin(y, 1) : 0;
    return of_real(s->type, y);
}

static uint64_t shifted(uint64_t bits, uint64_t by, struct Type type, int is_left) {
    by = (uint32_t)by;
    if (is_left) return by >= (uint64_t)type.bits ? 0 : bits << by;
    if (type.kind == 's') return (uint64_t)(sign(bits, type.bits) >> (by >= (uint64_t)type.bits ? (uint64_t)type.bits - 1 : by));
    return by >= (uint64_t)type.bits ? 0 : cut(bits, type.bits) >> by;
}

static uint64_t of_wholes(const struct Statement *s, uint64_t a, uint64_t b, uint64_t c) {
    int width = s->type.bits, is_signed = s->type.kind == 's';
    __int128 x = is_signed ? (__int128)sign(a, width) : (__int128)cut(a, width);
    __int128 y = is_signed ? (__int128)sign(b, width) : (__int128)cut(b, width);
    switch (s->op) {
    case ABS: return (uint64_t)(x < 0 ? -x : x);
    case ADD: return a + b;
    case SUB: return a - b;
    case MUL: return (uint64_t)(s->flags & HIGH ? (is_signed ? x * y : (__int128)((unsigned __int128)x * (unsigned __int128)y)) >> width : x * y);
    case MAD: return (uint64_t)(s->flags & HIGH ? (x * y) >> width : x * y) + c;
    case DIV: return y ? (uint64_t)(x / y) : WHOLE;
    case REM: return y ? (uint64_t)(x % y) : (uint64_t)x;
    case MIN: return (uint64_t)(x < y ? x : y);
    case MAX: return (uint64_t)(x > y ? x : y);
    case NEG: return (uint64_t)-x;
    case NOT: return s->type.kind == 'p' ? !a : ~a;
    case AND: return a & b;
    case OR: return a | b;
    case XOR: return a ^ b;
    case SHL: return shifted(a, b, s->type, 1);
    case SHR: return shifted(a, b, s->type, 0);
    case POPC: return (uint64_t)__builtin_popcountll(cut(a, width));
    case CLZ: return cut(a, width) ? (uint64_t)(__builtin_clzll(cut(a, width)) - (64 - width)) : (uint64_t)width;
    case BREV: {
        uint64_t turned = 0;
        for (int i = 0; i < width; i++) turned |= (a >> i & 1) << (width - 1 - i);
        return turned;
    }
    default: fail("no operation on whole numbers", s->word); return 0;
    }
}

static int compares(const struct Statement *s, uint64_t a, uint64_t b) {
    int width = s->type.bits, code = s->compare;
    if (s->type.kind == 'f' || s->type.kind == 'B') {
        double x = real(s->type, a), y = real(s->type, b);
        int unordered = x != x || y != y;
        if (code == NUM) return !unordered;
        if (code == IS_NAN) return unordered;
        if (code >= EQU && unordered) return 1;
        switch (code >= EQU ? code - EQU + EQ : code) {
        case EQ: return x == y;
        case NE: return !unordered && x != y;
        case LT: return x < y;
        case LE: return x <= y;
        case GT: return x > y;
        default: return x >= y;
        }
    }
    int is_signed = s->type.kind == 's';
    int less = is_signed ? sign(a, width) < sign(b, width) : cut(a, width) < cut(b, width), equal = cut(a, width) == cut(b, width);
    switch (code) {
    case EQ: return equal;
    case NE: return !equal;
    case LT: case LO: return less;
    case LE: case LS: return less || equal;
    case GT: case HI: return !less && !equal;
    default: return !less;
    }
}

static uint64_t converted(const struct Statement *s, uint64_t bits) {
    struct Type to = s->type, from = s->from;
    int from_real = from.kind == 'f' || from.kind == 'B', to_real = to.kind == 'f' || to.kind == 'B';
    if (to.kind == 'T') return of_tf32(f32_of(bits));
    if (!from_real && !to_real) return from.kind == 's' ? (uint64_t)sign(bits, from.bits) : cut(bits, from.bits);
    if (!from_real) {
        if (from.kind != 's') return to.bits == 32 ? of_f32((float)cut(bits, from.bits)) : of_real(to, (double)cut(bits, from.bits));
        return to.bits == 32 ? of_f32((float)sign(bits, from.bits)) : of_real(to, (double)sign(bits, from.bits));
    }
    double number = real(from, bits);
    number = s->flags & UP ? ceil(number) : s->flags & DOWN ? floor(number) : s->flags & ZERO ? trunc(number) : s->flags & EVEN ? rint(number) : number;
    if (to_real) return of_real(to, s->flags & SATURATE ? fmin(fmax(number, 0), 1) : number);
    // What does not fit is the nearest that does; what is not a number is 0.
    double least = to.kind == 's' ? -ldexp(1, to.bits - 1) : 0, most = ldexp(1, to.kind == 's' ? to.bits - 1 : to.bits);
    if (number != number) return 0;
    if (number <= least) return (uint64_t)(int64_t)least;
    if (number >= most) return to.kind == 's' ? cut(WHOLE | ~0ull, to.bits - 1) : cut(~0ull, to.bits);
    return to.kind == 's' ? (uint64_t)(int64_t)number : (uint64_t)number;
}

static uint64_t permuted(uint64_t a, uint64_t b, uint64_t which) {
    uint64_t bytes = cut(a, 32) | b << 32, result = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t pick = which >> (4 * i) & 15, byte = bytes >> (8 * (pick & 7)) & 255;
        if (pick & 8) byte = byte & 128 ? 255 : 0;
        result |= byte << (8 * i);
    }
    return result;
}

static uint64_t field(const struct Statement *s, uint64_t a, uint64_t at, uint64_t length) {
    at &= 255, length &= 255;
    uint64_t width = (uint64_t)s->type.bits, bits = at >= width ? 0 : cut(a, (int)width) >> at;
    if (length >= 64) return bits;
    int is_negative = s->type.kind == 's' && length && cut(a, (int)width) >> (at + length - 1 < width ? at + length - 1 : width - 1) & 1;
    return is_negative ? bits | ~((1ull << length) - 1) : bits & ((1ull << length) - 1);
}

// Where a unit finds `bytes` at an address of a space; without a space the address tells.
static unsigned char *reach(struct Plane *p, const struct Statement *s, uint64_t at, size_t bytes, int unit) {
    const struct Kernel *k = p->kernel;
    unsigned char *local = p->local + (size_t)unit * k->local_bytes, *address = (unsigned char *)at;
    struct {
        char space;
        unsigned char *start;
        size_t bytes;
    } own[] = {{'p', p->parameters, k->parameter_bytes}, {'s', p->shared, p->shared_bytes}, {'l', local, k->local_bytes}};
    for (int i = 0; i < 3; i++) {
        if (s->space == own[i].space && at + bytes <= own[i].bytes) return own[i].start + at;
        if (!s->space && address >= own[i].start && address + bytes <= own[i].start + own[i].bytes) return address;
    }
    if ((!s->space || s->space == 'g') && p->is_memory(at, bytes)) return address;
    for (int i = 0; i < k->symbol_count; i++)
        if (k->symbols[i].space == 'g' && at >= k->symbols[i].at && at + bytes <= k->symbols[i].at + k->symbols[i].bytes) return address;
    fprintf(stderr, "interpreter: kernel %s, unit %u of cube %u, %u, %u reads or writes %zu bytes at %#lx, which is no memory\n", k->name,
            p->first + (unsigned)unit, p->ctaid[0], p->ctaid[1], p->ctaid[2], bytes, (unsigned long)at);
    fail("statement", s->word);
    return NULL;
}

static void set(struct Plane *p, const struct Operand *o, int unit, uint64_t bits, int width) {
    if (o->place == REGISTER) p->regs[o->reg][unit] = cut(bits, width);
}

static void move_memory(struct Plane *p, const struct Statement *s, int unit) {
    int count = s->vector ? s->vector : 1, is_load = s->op == LD;
    size_t bytes = (size_t)s->type.bits / 8;
    const struct Operand *values = &s->operand[s->first[is_load ? 0 : 1]], *address = &s->operand[s->first[is_load ? 1 : 0]];
    unsigned char *at = reach(p, s, value(p, address, unit), bytes * (size_t)count, unit);
    for (int i = 0; i < count; i++, at += bytes) {
        uint64_t bits = 0;
        if (is_load) {
            memcpy(&bits, at, bytes);
            set(p, &values[i], unit, s->type.kind == 's' ? (uint64_t)sign(bits, s->type.bits) : bits, 64);
        } else {
            bits = value(p, &values[i], unit);
            memcpy(at, &bits, bytes);
        }
    }
}

static void atomic(struct Plane *p, const struct Statement *s, int unit) {
    int has_result = s->op == ATOM;
    const struct Operand *rest = &s->operand[s->first[has_result]];
    size_t bytes = (size_t)s->type.bits / 8;
    unsigned char *at = reach(p, s, value(p, &rest[0], unit), bytes, unit);
    uint64_t old = 0, b = value(p, &rest[1], unit), c = value(p, &rest[2], unit), now;
    memcpy(&old, at, bytes);
    struct Statement as = *s;
    as.op = s->combine;
    if (s->combine == MOV) now = b;
    else if (s->combine == SELP) now = old == cut(b, s->type.bits) ? c : old;
    else if (s->type.kind == 'f') now = of_reals(&as, real(s->type, old), real(s->type, b), 0);
    else now = of_wholes(&as, old, b, 0);
    memcpy(at, &now, bytes);
    if (has_result) set(p, &s->operand[0], unit, old, s->type.bits);
}

// mov with braces: several registers are one, or one is several.
static void pack(struct Plane *p, const struct Statement *s, int unit) {
    int to = s->first[1], from = s->first[2] - s->first[1];
    uint64_t bits = 0;
    for (int i = 0; i < from; i++) {
        int width = s->type.bits / from;
        bits |= cut(value(p, &s->operand[to + i], unit), width) << (width * i);
    }
    for (int i = 0; i < to; i++) {
        int width = s->type.bits / to;
        set(p, &s->operand[i], unit, bits >> (width * i), width);
    }
}

// d = a · b + c of a plane: a has 16 rows, b 8 columns, over 16 terms of bf16 or 8 of tf32. Which
// element a unit holds is told by figures of the ISA ("Matrix Fragments for mma.m16n8k16", and for
// "m16n8k8").
static void multiply_matrices(struct Plane *p, const struct Statement *s, uint32_t mask) {
    int is_bf16 = strstr(s->word, "bf16") != NULL, is_tf32 = strstr(s->word, "tf32") != NULL, terms = is_bf16 ? 16 : 8;
    if (mask != WHOLE) fail("not all units of a plane multiply", s->word);
    if (!strstr(s->word, "row.col.f32") || !(is_bf16 ? strstr(s->word, "m16n8k16") : is_tf32 ? strstr(s->word, "m16n8k8") : NULL)) fail("statement", s->word);
    float a[16][16], b[16][8], c[16][8];
    const struct Operand *of_a = &s->operand[s->first[1]], *of_b = &s->operand[s->first[2]], *of_c = &s->operand[s->first[3]];
    for (int unit = 0; unit < UNITS; unit++) {
        int group = unit / 4, in_group = unit % 4;
        for (int i = 0; i < 4; i++) {
            uint64_t bits = value(p, &of_a[i], unit);
            int row = group + 8 * (i & 1), half = i >> 1;
            if (is_bf16) {
                a[row][8 * half + 2 * in_group] = f32_of(bits << 16);
                a[row][8 * half + 2 * in_group + 1] = f32_of(bits & 0xffff0000);
            } else a[row][4 * half + in_group] = f32_of(bits & ~0x1fffull);
        }
        for (int i = 0; i < 2; i++) {
            uint64_t bits = value(p, &of_b[i], unit);
            if (is_bf16) {
                b[8 * i + 2 * in_group][group] = f32_of(bits << 16);
                b[8 * i + 2 * in_group + 1][group] = f32_of(bits & 0xffff0000);
            } else b[4 * i + in_group][group] = f32_of(bits & ~0x1fffull);
        }
        for (int i = 0; i < 4; i++) c[group + 8 * (i >> 1)][2 * in_group + (i & 1)] = f32_of(value(p, &of_c[i], unit));
    }
    for (int row = 0; row < 16; row++)
        for (int column = 0; column < 8; column++)
            for (int i = 0; i < terms; i++) c[row][column] += a[row][i] * b[i][column];
    for (int unit = 0; unit < UNITS; unit++)
        for (int i = 0; i < 4; i++)
            set(p, &s->operand[i], unit, of_f32(c[unit / 4 + 8 * (i >> 1)][2 * (unit % 4) + (i & 1)]), 32);
}

static void exchange(struct Plane *p, const struct Statement *s, uint32_t mask) {
    uint64_t given[UNITS], taken[UNITS];
    int valid[UNITS];
    const struct Operand *rest = &s->operand[s->first[1]];
    for (int unit = 0; unit < UNITS; unit++) given[unit] = value(p, &rest[0], unit);
    for (int unit = 0; unit < UNITS; unit++) {
        int b = (int)(value(p, &rest[1], unit) & 31), c = (int)value(p, &rest[2], unit), clamp = c & 31, segment = c >> 8 & 31;
        int most = (unit & segment) | (clamp & ~segment), least = unit & segment, from;
        switch (s->combine) {
        case 'u': from = unit - b, valid[unit] = from >= most; break;
        case 'd': from = unit + b, valid[unit] = from <= most; break;
        case 'b': from = unit ^ b, valid[unit] = from <= most; break;
        default: from = least | (b & ~segment), valid[unit] = from <= most;
        }
        taken[unit] = given[valid[unit] ? from & 31 : unit];
    }
    for (int unit = 0; unit < UNITS; unit++)
        if (mask >> unit & 1) {
            set(p, &s->operand[0], unit, taken[unit], 32);
            if (s->first[1] > 1) set(p, &s->operand[1], unit, (uint64_t)valid[unit], 1);
        }
}

static void vote(struct Plane *p, const struct Statement *s, uint32_t mask) {
    uint32_t yes = 0;
    for (int unit = 0; unit < UNITS; unit++)
        if (mask >> unit & 1 && value(p, &s->operand[s->first[1]], unit)) yes |= 1u << unit;
    // By the third letter of any, ballot, uni; of all it is that of ballot.
    uint64_t result = s->combine == 'y' ? yes != 0 : s->combine == 'i' ? yes == 0 || yes == mask : s->type.kind == 'p' ? yes == mask : yes;
    for (int unit = 0; unit < UNITS; unit++)
        if (mask >> unit & 1) set(p, &s->operand[0], unit, result, 32);
}

// What each unit does by itself.
static void step(struct Plane *p, const struct Statement *s, int unit) {
    const struct Operand *o = s->operand;
    uint64_t a = s->items > 1 ? value(p, &o[s->first[1]], unit) : 0, b = s->items > 2 ? value(p, &o[s->first[2]], unit) : 0,
             c = s->items > 3 ? value(p, &o[s->first[3]], unit) : 0, y;
    int width = s->type.bits;
    switch (s->op) {
    case LD: case ST: move_memory(p, s, unit); return;
    case ATOM: case RED: atomic(p, s, unit); return;
    case MOV:
        if (s->first[2] > 2) pack(p, s, unit);
        else set(p, &o[0], unit, a, width);
        return;
    case CVTA: {
        unsigned char *base = s->space == 's' ? p->shared : s->space == 'l' ? p->local + (size_t)unit * p->kernel->local_bytes : NULL;
        y = s->flags & FROM_ANY ? a - (uint64_t)base : a + (uint64_t)base;
        break;
    }
    case CVT:
        if (s->type.kind == 'B' && s->type.bits == 32) y = of_bf16(f32_of(a)) << 16 | of_bf16(f32_of(b));
        else if (s->type.kind == 'h') y = of_f16(f32_of(a)) << 16 | of_f16(f32_of(b));
        else y = converted(s, a);
        // A narrower result stands in a register as its type says.
        if (s->type.kind == 's') y = (uint64_t)sign(y, width), width = 64;
        break;
    case SELP: y = c ? a : b; break;
    case SETP: {
        int first = compares(s, a, b), with = s->items > 3 ? c != 0 : 0;
        for (int i = 0; i < s->first[1]; i++) {
            int one = i ? !first : first;
            y = (uint64_t)(s->combine == 'a' ? one & with : s->combine == 'o' ? one | with : s->combine == 'x' ? one ^ with : one);
            set(p, &o[i], unit, y, 1);
        }
        return;
    }
    case PRMT: y = permuted(a, b, c); break;
    case BFE: y = field(s, a, b, c); break;
    case BFI: {
        uint64_t at = c & 255, length = (s->items > 4 ? value(p, &o[s->first[4]], unit) : 0) & 255;
        uint64_t mask = (length >= 64 ? ~0ull : (1ull << length) - 1) << (at & 63);
        y = at >= (uint64_t)width ? b : (b & ~mask) | (a << at & mask);
        break;
    }
    case LOP3: {
        uint64_t table = value(p, &o[s->first[4]], unit);
        for (y = 0, width = 0; width < 32; width++) y |= (table >> ((a >> width & 1) << 2 | (b >> width & 1) << 1 | (c >> width & 1)) & 1) << width;
        break;
    }
    case SHF: {
        uint64_t both = cut(b, 32) << 32 | cut(a, 32), by = s->flags & WRAP ? c & 31 : cut(c, 32) > 32 ? 32 : cut(c, 32);
        y = s->combine == 'l' ? (by ? both << by : both) >> 32 : both >> by;
        break;
    }
    case TESTP: fail("statement", s->word); return;
    case ACTIVEMASK: y = p->live; width = 32; break;
    default:
        if (s->type.kind == 'f' || s->type.kind == 'B') y = of_reals(s, real(s->type, a), real(s->type, b), real(s->type, c));
        else y = of_wholes(s, a, b, c);
        if (s->flags & WIDE) {
            width *= 2;
            int narrow = s->type.bits, is_signed = s->type.kind == 's';
            y = is_signed ? (uint64_t)(sign(a, narrow) * sign(b, narrow)) : cut(a, narrow) * cut(b, narrow);
            if (s->op == MAD) y += c;
        }
        if (s->op == POPC || s->op == CLZ) width = 32;
    }
    set(p, &o[0], unit, y, width);
}

// Runs a plane until it has ended or waits for the others of its cube.
static void run_plane(struct Plane *p) {
    while (p->live & ~p->waiting) {
        uint32_t ready = p->live & ~p->waiting;
        int at = STATEMENTS;
        for (uint32_t rest = ready; rest; rest &= rest - 1) {
            int here = p->at[__builtin_ctz(rest)];
            at = here < at ? here : at;
        }
        if (at >= p->kernel->count) {
            p->live &= ~ready;
            return;
        }
        const struct Statement *s = &p->kernel->statements[at];
        uint32_t mask = 0;
        for (uint32_t rest = ready; rest; rest &= rest - 1) {
            int unit = __builtin_ctz(rest);
            if (p->at[unit] != at) continue;
            p->at[unit] = at + 1;
            if (s->guard < 0 || (p->regs[s->guard][unit] != 0) != s->guard_negated) mask |= 1u << unit;
        }
        switch (s->op) {
        case BRA:
        case BRX:
            for (uint32_t rest = mask; rest; rest &= rest - 1) {
                int unit = __builtin_ctz(rest);
                p->at[unit] = s->op == BRA ? s->target : s->targets[value(p, &s->operand[0], unit)];
            }
            break;
        case RET:
        case EXIT: p->live &= ~mask; break;
        case TRAP:
            if (mask) fail("a trap in", p->kernel->name);
            break;
        case BAR:
        case BARRIER:
            if (!strstr(s->word, "warp")) p->waiting |= mask;
            break;
        case FENCE:
        case MEMBAR: break;
        case MMA: multiply_matrices(p, s, mask); break;
        case SHFL: exchange(p, s, mask); break;
        case VOTE: vote(p, s, mask); break;
        default:
            for (uint32_t rest = mask; rest; rest &= rest - 1) step(p, s, __builtin_ctz(rest));
        }
    }
}

static void run_cube(struct Plane *planes, int count) {
    for (;;) {
        int live = 0;
        for (int i = 0; i < count; i++) {
            run_plane(&planes[i]);
            live |= planes[i].live != 0;
        }
        if (!live) return;
        // All that live wait: they go on.
        for (int i = 0; i < count; i++) planes[i].waiting = 0;
    }
}

void ptx_run(const struct Kernel *k, const unsigned grid[3], const unsigned block[3], unsigned shared, void **parameters,
             int (*is_memory)(uint64_t, size_t)) {
    unsigned units = block[0] * block[1] * block[2];
    int count = (int)(units + UNITS - 1) / UNITS;
    struct Plane *planes = calloc((size_t)count, sizeof *planes);
    unsigned char *memory = calloc(1, k->shared_bytes + shared + 8), *given = calloc(1, k->parameter_bytes + 8);
    for (int i = 0; i < k->parameter_count; i++) memcpy(given + k->parameter_at[i], parameters[i], k->parameter_size[i]);
    for (int i = 0; i < count; i++) {
        struct Plane *p = &planes[i];
        p->regs = malloc((size_t)(k->registers + 1) * sizeof *p->regs);
        p->local = malloc(UNITS * k->local_bytes + 8);
        p->kernel = k, p->parameters = given, p->shared = memory, p->shared_bytes = k->shared_bytes + shared, p->is_memory = is_memory, p->first = (unsigned)i * UNITS;
        memcpy(p->ntid, block, sizeof p->ntid);
        memcpy(p->nctaid, grid, sizeof p->nctaid);
        for (unsigned unit = 0; unit < UNITS; unit++) {
            unsigned place = p->first + unit;
            p->tid[unit][0] = place % block[0], p->tid[unit][1] = place / block[0] % block[1], p->tid[unit][2] = place / block[0] / block[1];
        }
    }
    for (uint64_t cube = 0; cube < (uint64_t)grid[0] * grid[1] * grid[2]; cube++) {
        for (int i = 0; i < count; i++) {
            struct Plane *p = &planes[i];
            unsigned left = units - p->first;
            p->ctaid[0] = (unsigned)(cube % grid[0]), p->ctaid[1] = (unsigned)(cube / grid[0] % grid[1]), p->ctaid[2] = (unsigned)(cube / grid[0] / grid[1]);
            p->live = left >= UNITS ? WHOLE : (1u << left) - 1, p->waiting = 0;
            memset(p->at, 0, sizeof p->at);
            // What nobody has written is told apart from zeros.
            memset(p->regs, 0x5a, (size_t)k->registers * sizeof *p->regs);
        }
        run_cube(planes, count);
    }
    for (int i = 0; i < count; i++) free(planes[i].regs), free(planes[i].local);
    free(planes), free(memory), free(given);
}
