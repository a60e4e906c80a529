/* fuzz_model.c - libFuzzer entry for the model reader: scripts/fuzz.
 *
 * The checksum of every input is made right, so that the checks behind it are reached; what is accepted is asked. */
#include "base/hash.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include "model/model_parts.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char sum[MSC_SHA256_TEXT];
    uint8_t *bytes = msc_alloc(n + 64, 1), bins[MSC_MAX_FEATURES * 64], winner[64];
    uint16_t votes[64];
    msc_model model = { 0 };
    if (!bytes) return 0;
    memcpy(bytes, data, n);
    msc_sha256(bytes, n, sum);
    memcpy(bytes + n, sum, 64);
    const int is_sound = msc_model_parse(bytes, n + 64, "fuzz", &model, NULL) == MSC_OK;
    if (is_sound && model.method == MSC_GAUSS) {
        static float values[MSC_MAX_FEATURES][64];
        const float *rows[MSC_MAX_FEATURES];
        for (int f = 0; f < MSC_MAX_FEATURES; f++) rows[f] = values[f];
        for (size_t i = 0; i < 64; i++) values[i % 4][i] = (float)(msc_random(1, 1, i) % 4000);
        msc_gauss_ask(&model.gauss, rows, 64, winner, bins);
        for (int i = 0; i < 64; i++)
            if (winner[i] >= model.n_classes || bins[i] > 100) __builtin_trap();
    } else if (is_sound) {
        void *scratch = msc_alloc(msc_forest_scratch(&model.forest), 1);
        for (size_t i = 0; i < sizeof bins; i++) bins[i] = (uint8_t)msc_random(1, 1, i);
        if (scratch) msc_forest_ask(&model.forest, bins, 64, 64, winner, votes, scratch);
        msc_release(scratch);
    }
    msc_model_clear(&model);
    msc_release(bytes);
    return 0;
}
