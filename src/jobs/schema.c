/* schema.c - walks a libyaml document along a table of rules and stores what it finds, or says which line is wrong. */
#include "jobs/schema.h"
#include "base/file.h"
#include "base/mem.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct msc_job_block {
    msc_job_block *next;
    _Alignas(16) char bytes[];
};

/* One reading: the document, where messages point, where values go. */
typedef struct walk {
    yaml_document_t document;
    const char *path;
    char dir[MSC_PATH_MAX];
    msc_job_block **blocks;
    msc_error *err;
} walk;

static msc_status read_map(walk *w, const yaml_node_t *node, const char *what, const msc_rule *keys, char *target);

void msc_job_blocks_free(msc_job_block **blocks)
{
    while (blocks && *blocks) {
        msc_job_block *next = (*blocks)->next;
        msc_release(*blocks);
        *blocks = next;
    }
}

static void *keep(walk *w, size_t count, size_t size)
{
    const size_t n = msc_mul_size(count, size);
    if (n > SIZE_MAX / 2) return NULL;
    msc_job_block *block = msc_alloc_zero(1, sizeof *block + n);
    if (!block) return NULL;
    block->next = *w->blocks;
    *w->blocks = block;
    return block->bytes;
}

static msc_status no_memory(const walk *w) { return msc_fail(w->err, MSC_ENOMEM, w->path, "job file"); }

static const char *text_of(const yaml_node_t *node) { return (const char *)node->data.scalar.value; }
static unsigned line_of(const yaml_node_t *node) { return (unsigned)node->start_mark.line + 1; }

static msc_status wrong(const walk *w, const yaml_node_t *node, const char *key, const char *wanted)
{
    if (node->type == YAML_SCALAR_NODE)
        return msc_fail(w->err, MSC_EJOB, w->path, "line %u: %s is '%.60s', not %s", line_of(node), key, text_of(node), wanted);
    return msc_fail(w->err, MSC_EJOB, w->path, "line %u: %s is a %s, not %s", line_of(node), key,
                    node->type == YAML_MAPPING_NODE ? "map" : "list", wanted);
}

/* A scalar without embedded zero bytes, not empty and not YAML's null. */
static int is_text(const yaml_node_t *node)
{
    if (node->type != YAML_SCALAR_NODE || node->data.scalar.length == 0) return 0;
    if (strlen(text_of(node)) != node->data.scalar.length) return 0;
    return !(node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && (!strcmp(text_of(node), "~") || !strcmp(text_of(node), "null")));
}

static msc_status store_text(walk *w, const char *text, const char **out)
{
    const size_t n = strlen(text) + 1;
    char *copy = keep(w, n, 1);
    if (!copy) return no_memory(w);
    memcpy(copy, text, n);
    *out = copy;
    return MSC_OK;
}

static msc_status store_path(walk *w, const yaml_node_t *node, const char *key, const char **out)
{
    char joined[MSC_PATH_MAX];
    if (!is_text(node)) return wrong(w, node, key, "a path");
    if (msc_file_join(w->dir, text_of(node), joined, NULL) != MSC_OK) return wrong(w, node, key, "a path of usual length");
    return store_text(w, joined, out);
}

static int parse_real(const yaml_node_t *node, double *value)
{
    if (!is_text(node) || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || strpbrk(text_of(node), "xXpP ")) return 0;
    char *end;
    *value = strtod(text_of(node), &end);
    return *end == 0 && isfinite(*value);
}

static msc_status read_number(walk *w, const yaml_node_t *node, const msc_rule *rule, char *at)
{
    char wanted[96];
    double value;
    const int is_int = rule->kind == MSC_RULE_INT;
    snprintf(wanted, sizeof wanted, "%s from %.10g to %.10g", is_int ? "a whole number" : "a number", rule->low, rule->high);
    if (!parse_real(node, &value) || value < rule->low || value > rule->high || (is_int && value != floor(value)))
        return wrong(w, node, rule->name, wanted);
    if (is_int) *(int *)(void *)at = (int)value;
    else *(double *)(void *)at = value;
    return MSC_OK;
}

static msc_status read_seed(walk *w, const yaml_node_t *node, const msc_rule *rule, char *at)
{
    if (!is_text(node) || text_of(node)[strspn(text_of(node), "0123456789")]) return wrong(w, node, rule->name, "a whole number from 0 on");
    errno = 0;
    const unsigned long long value = strtoull(text_of(node), NULL, 10);
    if (errno) return wrong(w, node, rule->name, "a number below 2^64");
    *(uint64_t *)(void *)at = value;
    return MSC_OK;
}

static msc_status read_bool(walk *w, const yaml_node_t *node, const msc_rule *rule, char *at)
{
    if (is_text(node) && !strcmp(text_of(node), "true")) *(int *)(void *)at = 1;
    else if (is_text(node) && !strcmp(text_of(node), "false")) *(int *)(void *)at = 0;
    else return wrong(w, node, rule->name, "true or false");
    return MSC_OK;
}

static msc_status read_date(walk *w, const yaml_node_t *node, const msc_rule *rule, char *at)
{
    static const int n_days[12] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int y, m, d, n = 0;
    if (!is_text(node) || node->data.scalar.length != 10 || sscanf(text_of(node), "%4d-%2d-%2d%n", &y, &m, &d, &n) != 3 || n != 10
        || y < 1900 || m < 1 || m > 12 || d < 1 || d > n_days[m - 1])
        return wrong(w, node, rule->name, "a date such as 2016-09-27");
    return store_text(w, text_of(node), (const char **)(void *)at);
}

static msc_status read_choice(walk *w, const yaml_node_t *node, const msc_rule *rule, const char **out)
{
    char wanted[128];
    snprintf(wanted, sizeof wanted, "one of: %s", rule->choices);
    if (!is_text(node) || strchr(text_of(node), ' ')) return wrong(w, node, rule->name, wanted);
    const size_t n = node->data.scalar.length;
    for (const char *c = rule->choices; *c;) {
        const size_t length = strcspn(c, " ");
        if (length == n && !memcmp(c, text_of(node), n)) return store_text(w, text_of(node), out);
        c += length + (c[length] == ' ');
    }
    return wrong(w, node, rule->name, wanted);
}

static int n_items(const yaml_node_t *node)
{
    return (int)(node->data.sequence.items.top - node->data.sequence.items.start);
}

static const yaml_node_t *item(walk *w, const yaml_node_t *node, int i)
{
    return yaml_document_get_node(&w->document, node->data.sequence.items.start[i]);
}

/* Lists of paths or of choices; a single path stands for a list of one. */
static msc_status read_texts(walk *w, const yaml_node_t *node, const msc_rule *rule, char *target)
{
    const int is_list = node->type == YAML_SEQUENCE_NODE, is_paths = rule->kind == MSC_RULE_PATHS;
    if ((!is_list && !is_paths) || (is_list && n_items(node) == 0))
        return wrong(w, node, rule->name, is_paths ? "a path or a list of paths" : "a list with at least one entry");
    const int n = is_list ? n_items(node) : 1;
    const char **texts = keep(w, (size_t)n, sizeof *texts);
    if (!texts) return no_memory(w);
    for (int i = 0; i < n; i++) {
        const yaml_node_t *one = is_list ? item(w, node, i) : node;
        MSC_TRY(is_paths ? store_path(w, one, rule->name, &texts[i]) : read_choice(w, one, rule, &texts[i]));
    }
    *(const char ***)(void *)(target + rule->at) = texts;
    *(int *)(void *)(target + rule->count_at) = n;
    return MSC_OK;
}

/* The list may be empty, which is not the same as no list: it is stored either way. */
static msc_status read_twos(walk *w, const yaml_node_t *node, const msc_rule *rule, char *target)
{
    if (node->type != YAML_SEQUENCE_NODE) return wrong(w, node, rule->name, "a list of pairs such as [[22, 13]]");
    const int n = n_items(node);
    const char **texts = keep(w, 2 * (size_t)n + 1, sizeof *texts);
    if (!texts) return no_memory(w);
    for (int i = 0; i < 2 * n; i++) {
        const yaml_node_t *two = item(w, node, i / 2);
        if (two->type != YAML_SEQUENCE_NODE || n_items(two) != 2 || !is_text(item(w, two, i % 2)))
            return wrong(w, two, rule->name, "a pair such as [22, 13] or [tailings, rock]");
        MSC_TRY(store_text(w, text_of(item(w, two, i % 2)), &texts[i]));
    }
    *(const char ***)(void *)(target + rule->at) = texts;
    *(int *)(void *)(target + rule->count_at) = n;
    return MSC_OK;
}

/* Names become parts of comma lists and file fields, so the separators cannot be part of them. */
static int is_name(const yaml_node_t *node, const char *forbidden)
{
    return is_text(node) && !strpbrk(text_of(node), forbidden);
}

static msc_status append(walk *w, const yaml_node_t *node, const char *key, char *joined, size_t size, const char *more)
{
    const size_t have = strlen(joined), n = strlen(more);
    if (have + n + 2 > size) return wrong(w, node, key, "short enough to be used");
    if (have) strcat(joined, ",");
    strcat(joined, more);
    return MSC_OK;
}

static msc_status read_joined(walk *w, const yaml_node_t *node, const msc_rule *rule, const char **out)
{
    char joined[2048] = "", pair[160];
    if (rule->kind == MSC_RULE_NAMES) {
        if (node->type != YAML_SEQUENCE_NODE || n_items(node) == 0) return wrong(w, node, rule->name, "a list of names");
        for (int i = 0; i < n_items(node); i++) {
            if (!is_name(item(w, node, i), ", \t\n")) return wrong(w, item(w, node, i), rule->name, "a name without spaces and commas");
            MSC_TRY(append(w, node, rule->name, joined, sizeof joined, text_of(item(w, node, i))));
        }
        return store_text(w, joined, out);
    }
    if (node->type != YAML_MAPPING_NODE) return wrong(w, node, rule->name, "a map such as {blue: 1, green: 2}");
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(&w->document, p->key);
        const yaml_node_t *value = yaml_document_get_node(&w->document, p->value);
        double number;
        if (!is_name(key, ":, \t\n") || key->data.scalar.length > 63) return wrong(w, key, rule->name, "a band name");
        if (!parse_real(value, &number) || number < 1 || number > 65535 || number != floor(number))
            return wrong(w, value, text_of(key), "a band number from 1 on");
        for (const yaml_node_pair_t *q = node->data.mapping.pairs.start; q < p; q++) {
            const char *earlier = text_of(yaml_document_get_node(&w->document, q->key));
            double taken;
            if (!strcmp(earlier, text_of(key)))
                return msc_fail(w->err, MSC_EJOB, w->path, "line %u: band '%.60s' is named twice", line_of(key), text_of(key));
            if (parse_real(yaml_document_get_node(&w->document, q->value), &taken) && taken == number)
                return msc_fail(w->err, MSC_EJOB, w->path, "line %u: band %d has two names, %s and %s", line_of(key), (int)number, earlier, text_of(key));
        }
        snprintf(pair, sizeof pair, "%.63s:%d", text_of(key), (int)number);
        MSC_TRY(append(w, node, rule->name, joined, sizeof joined, pair));
    }
    return *joined ? store_text(w, joined, out) : wrong(w, node, rule->name, "a map with at least one band");
}

static msc_status read_rgb(walk *w, const yaml_node_t *node, const msc_rule *rule, char *at)
{
    if (node->type != YAML_SEQUENCE_NODE || n_items(node) != 3) return wrong(w, node, rule->name, "a list such as [255, 170, 0]");
    for (int i = 0; i < 3; i++) {
        double value;
        if (!parse_real(item(w, node, i), &value) || value < 0 || value > 255 || value != floor(value))
            return wrong(w, item(w, node, i), rule->name, "a whole number from 0 to 255");
        ((uint8_t *)at)[i] = (uint8_t)value;
    }
    return MSC_OK;
}

static msc_status read_list(walk *w, const yaml_node_t *node, const msc_rule *rule, char *target)
{
    if (node->type != YAML_SEQUENCE_NODE) return wrong(w, node, rule->name, "a list");
    const int n = n_items(node);
    char *items = keep(w, (size_t)n + 1, rule->item_bytes);
    if (!items) return no_memory(w);
    for (int i = 0; i < n; i++)
        MSC_TRY(read_map(w, item(w, node, i), rule->name, rule->keys, items + (size_t)i * rule->item_bytes));
    *(void **)(void *)(target + rule->at) = items;
    *(int *)(void *)(target + rule->count_at) = n;
    return MSC_OK;
}

static msc_status read_value(walk *w, const yaml_node_t *node, const msc_rule *rule, char *target)
{
    char *at = target + rule->at;
    const char **text = (const char **)(void *)at;
    switch (rule->kind) {
    case MSC_RULE_TEXT: return is_text(node) ? store_text(w, text_of(node), text) : wrong(w, node, rule->name, "a text");
    case MSC_RULE_PATH: return store_path(w, node, rule->name, text);
    case MSC_RULE_DATE: return read_date(w, node, rule, at);
    case MSC_RULE_INT: case MSC_RULE_REAL: return read_number(w, node, rule, at);
    case MSC_RULE_SEED: return read_seed(w, node, rule, at);
    case MSC_RULE_BOOL: return read_bool(w, node, rule, at);
    case MSC_RULE_CHOICE: return read_choice(w, node, rule, text);
    case MSC_RULE_CHOICES: case MSC_RULE_PATHS: return read_texts(w, node, rule, target);
    case MSC_RULE_NAMES: case MSC_RULE_PAIRS: return read_joined(w, node, rule, text);
    case MSC_RULE_TWOS: return read_twos(w, node, rule, target);
    case MSC_RULE_RGB: return read_rgb(w, node, rule, at);
    case MSC_RULE_MAP: return read_map(w, node, rule->name, rule->keys, target);
    case MSC_RULE_LIST: return read_list(w, node, rule, target);
    }
    return msc_fail(w->err, MSC_EBUG, w->path, "rule of %s", rule->name);
}

static const msc_rule *find_rule(const msc_rule *keys, const char *name)
{
    for (; keys->name; keys++)
        if (!strcmp(keys->name, name)) return keys;
    return NULL;
}

static msc_status unknown_key(const walk *w, const yaml_node_t *key, const char *what, const msc_rule *keys)
{
    char known[256] = "";
    for (; keys->name; keys++) {
        if (strlen(known) + strlen(keys->name) + 3 > sizeof known) break;
        if (*known) strcat(known, ", ");
        strcat(known, keys->name);
    }
    return msc_fail(w->err, MSC_EJOB, w->path, "line %u: unknown key '%.60s' in %s (known: %s)", line_of(key),
                    key->type == YAML_SCALAR_NODE ? text_of(key) : "?", what, known);
}

static msc_status read_map(walk *w, const yaml_node_t *node, const char *what, const msc_rule *keys, char *target)
{
    uint64_t seen = 0;
    if (node->type != YAML_MAPPING_NODE) return wrong(w, node, what, "a map of keys");
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(&w->document, p->key);
        const msc_rule *rule = is_text(key) ? find_rule(keys, text_of(key)) : NULL;
        if (!rule) return unknown_key(w, key, what, keys);
        const uint64_t bit = (uint64_t)1 << (rule - keys);
        if (seen & bit) return msc_fail(w->err, MSC_EJOB, w->path, "line %u: %s appears twice in %s", line_of(key), rule->name, what);
        seen |= bit;
        MSC_TRY(read_value(w, yaml_document_get_node(&w->document, p->value), rule, target));
    }
    for (const msc_rule *rule = keys; rule->name; rule++)
        if (rule->is_required && !(seen >> (rule - keys) & 1))
            return msc_fail(w->err, MSC_EJOB, w->path, "line %u: %s has no '%s'", line_of(node), what, rule->name);
    return MSC_OK;
}

static msc_status parser_fault(const yaml_parser_t *parser, const char *path, msc_error *err)
{
    if (parser->error == YAML_MEMORY_ERROR) return msc_fail(err, MSC_ENOMEM, path, "job file");
    if (parser->error == YAML_READER_ERROR)
        return msc_fail(err, MSC_EJOB, path, "byte %zu: %s (the file must be UTF-8)", parser->problem_offset, parser->problem);
    return msc_fail(err, MSC_EJOB, path, "line %zu: %s", parser->problem_mark.line + 1, parser->problem ? parser->problem : "not YAML");
}

msc_status msc_schema_read(const char *text, size_t n_bytes, const char *path, const msc_rule *rules, void *target,
                           msc_job_block **blocks, msc_error *err)
{
    walk w = { .path = path, .blocks = blocks, .err = err };
    const char *slash = strrchr(path, '/');
    if (slash) snprintf(w.dir, sizeof w.dir, "%.*s", slash > path ? (int)(slash - path) : 1, path);
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return no_memory(&w);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n_bytes);
    msc_status status = MSC_OK;
    if (!yaml_parser_load(&parser, &w.document)) {
        status = parser_fault(&parser, path, err);
        goto done;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&w.document);
    status = root ? read_map(&w, root, "the job", rules, target) : msc_fail(err, MSC_EJOB, path, "line 1: the file is empty");
    yaml_document_delete(&w.document);
    if (status != MSC_OK) goto done;
    if (!yaml_parser_load(&parser, &w.document)) {
        status = parser_fault(&parser, path, err);
        goto done;
    }
    root = yaml_document_get_root_node(&w.document);
    if (root) status = msc_fail(err, MSC_EJOB, path, "line %u: a second document begins", line_of(root));
    yaml_document_delete(&w.document);
done:
    yaml_parser_delete(&parser);
    return status;
}
