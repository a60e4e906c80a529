/* test_job.c - the job file: the contract's example, and one clear line for each thing that is wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "jobs/job.h"

#define HEAD "minescar: 1\nname: n\noutput: out\n"
#define CLASSES "classes:\n  - {code: 1, name: a}\n  - {code: 2, name: b}\n"
#define EPOCHS "epochs:\n  - {year: 2016, image: a.tif}\n  - {year: 2018, image: b.tif}\n"
#define TRAINING "training: {samples: t.gpkg}\n"
#define WHOLE HEAD CLASSES EPOCHS TRAINING
#define TWENTY "一二三四五六七八九十一二三四五六七八九十"
#define LABELS(b) "classes:\n  - {code: 1, name: a}\n  - {code: 2, name: b, label: " b "}\n"
#define ZONES(a, b) "zones: [{name: " a ", path: p, field: f}, {name: " b ", path: p, field: f}]\n"

static const char example[] =
    "minescar: 1                      # version of this schema\n"
    "name: hongkong\n"
    "output: out\n"
    "classes:\n"
    "  - {code: 1, name: quarry, label: 采场, damage: true, mmu_m2: 400}\n"
    "  - {code: 5, name: vegetation, label: 植被, rgb: [1, 2, 255]}\n"
    "  - {code: 8, name: cloud, label: 云, masked: true}\n"
    "epochs:\n"
    "  - {year: 2016, date: 2016-09-27, image: t2016.tif, bands: {blue: 1, green: 2, red: 3, nir: 7}}\n"
    "  - {year: 2018, date: 2018-03-23, image: [a.tif, /abs/b.tif], bands: {blue: 1, nir: 7}, mask: m.tif,\n"
    "     dem: d.tif, nodata: 'edge:0', sensor: S2, seamlines: s.gpkg}\n"
    "training: {samples: training.gpkg, class: code, year: year, method: gauss}\n"
    "grid: {crs: EPSG:32650, pixel_m: 10}\n"
    "features: [bands, ndvi, mean:5, tpi:31]\n"
    "forest: {trees: 50, depth: 12, seed: 18446744073709551615}\n"
    "evidence: {method: off}\n"
    "radiometry: {normalize: 2018}\n"
    "classify: {smooth: 3, smooth_px: 5, all_trees: true, objects: 3}\n"
    "change: {min_confidence: 10, edge_tolerance_px: 2}\n"
    "vectorize: {simplify_m: 1.5, mmu_m2: 300}\n"
    "zones: [{name: district, path: districts.gpkg, field: NAME}, {name: watershed, path: w.gpkg, field: N}, {name: mine_10_ha, path: m.gpkg, field: N}]\n"
    "reference: {points: reference.gpkg, stratum: stratum, weight: weight, year_field: \"code_{year}\"}\n"
    "acceptance: {oa_min: 0.85, miss_max: 0.1, ci_max_ha: 30}\n"
    "deliver: [shp, gpkg]\ndeliver_grades: [A]\nmasks: {margin_m: 40}\n"
    "encoding: UTF-8\n";

static void reads_the_contracts_example(void **state)
{
    (void)state;
    msc_job *job = NULL;
    msc_error err = { 0 };
    assert_int_equal(msc_job_parse(example, sizeof example - 1, "dir/job.yaml", &job, &err), MSC_OK);
    assert_string_equal(job->path, "dir/job.yaml");
    assert_string_equal(job->output, "dir/out");
    assert_int_equal(job->n_classes, 3);
    assert_string_equal(job->classes[0].label, "采场");
    assert_true(job->classes[0].is_damage && job->classes[2].is_masked && job->classes[0].mmu_m2 == 400);
    assert_int_equal(job->classes[1].rgb[2], 255);
    assert_int_equal(job->n_epochs, 2);
    assert_string_equal(job->epochs[0].image.bands, "blue:1,green:2,red:3,nir:7");
    assert_string_equal(job->epochs[0].date, "2016-09-27");
    assert_int_equal(job->epochs[1].image.n_paths, 2);
    assert_string_equal(job->epochs[1].image.paths[0], "dir/a.tif");
    assert_string_equal(job->epochs[1].image.paths[1], "/abs/b.tif");
    assert_string_equal(job->epochs[1].image.mask, "dir/m.tif");
    assert_string_equal(job->epochs[1].image.nodata, "edge:0");
    assert_string_equal(job->epochs[1].image.seamlines, "dir/s.gpkg");
    assert_true(job->n_deliver_grades == 1 && job->deliver_grades[0][0] == 'A' && job->masks.margin_m == 40);
    assert_string_equal(job->evidence.method, "off");
    assert_string_equal(job->radiometry.normalize, "2018");
    assert_string_equal(job->training.class_field, "code");
    assert_string_equal(job->training.method, "gauss");
    assert_string_equal(job->grid.crs, "EPSG:32650");
    assert_string_equal(job->features, "bands,ndvi,mean:5,tpi:31");
    assert_true(job->forest.seed == UINT64_MAX && job->forest.trees == 50);
    assert_true(job->classify.smooth == 3 && job->classify.smooth_px == 5 && job->classify.all_trees && job->classify.objects == 3);
    assert_true(job->change.edge_tolerance_px == 2 && job->vectorize.simplify_m == 1.5);
    assert_string_equal(job->zones[0].path, "dir/districts.gpkg");
    assert_string_equal(job->encoding, "UTF-8");
    assert_true(job->acceptance.oa_min == 0.85 && job->acceptance.miss_max == 0.1 && job->acceptance.false_max == 1 && job->acceptance.ci_max_ha == 30);
    char field[32];
    assert_int_equal(msc_job_year_field(job->reference.year_field, 2016, field, sizeof field, &err), MSC_OK);
    assert_string_equal(field, "code_2016");
    assert_int_equal(msc_job_year_field("code_{year}", 2016, field, 9, &err), MSC_EVALUE);
    msc_job_free(&job);
    assert_null(job);
    msc_job_free(&job);
}

static void fills_in_defaults(void **state)
{
    (void)state;
    msc_job *job = NULL;
    msc_error err = { 0 };
    assert_int_equal(msc_job_parse(WHOLE, sizeof WHOLE - 1, "job.yaml", &job, &err), MSC_OK);
    assert_string_equal(job->output, "out");
    assert_string_equal(job->classes[1].label, "b");
    assert_true(job->forest.trees == 60 && job->forest.depth == 20 && job->forest.seed == 1);
    assert_true(job->classify.smooth == 2 && job->classify.smooth_px == 0 && !job->classify.all_trees && job->classify.objects == -1);
    assert_true(job->change.min_confidence == 0 && job->change.edge_tolerance_px == 1);
    assert_true(job->vectorize.mmu_m2 == 400 && job->vectorize.connectivity == 4);
    assert_int_equal(job->n_deliver, 2);
    assert_null(job->deliver_grades);
    assert_string_equal(job->encoding, "GBK");
    assert_null(job->features);
    assert_true(!job->masks.terrain_shadow && job->masks.shadow_reach_m == 500 && job->masks.margin_m == -1 && job->epochs[0].sun.elevation_deg == 0);
    assert_null(job->reference.points);
    assert_true(job->acceptance.oa_min == 0 && job->acceptance.miss_max == 1 && job->acceptance.false_max == 1 && job->acceptance.ci_max_ha == 0);
    msc_job_free(&job);
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    static const struct { const char *text, *words; } cases[] = {
        { "", "line 1" },
        { "just text", "line 1: the job is 'just text'" },
        { WHOLE "colour: 1\n", "line 11: unknown key 'colour' in the job" },
        { HEAD CLASSES "epochs:\n  - {year: 2016, image: a, yaer: 1}\n", "line 8: unknown key 'yaer' in epochs" },
        { "minescar: 2\n", "line 1: minescar is '2', not a whole number from 1 to 1" },
        { HEAD CLASSES EPOCHS, "the job has no 'training'" },
        { HEAD CLASSES EPOCHS "training: {}\n", "neither samples nor model" },
        { HEAD CLASSES EPOCHS "training: {samples: a, model: b}\n", "both samples and model" },
        { HEAD CLASSES EPOCHS "training: {samples: a, method: svm}\n", "method" },
        { HEAD CLASSES EPOCHS "training: {model: b, method: gauss}\n", "method is given beside model" },
        { HEAD CLASSES "epochs:\n  - {year: 2016, image: a}\n" TRAINING, "epochs: 1 given" },
        { HEAD CLASSES "epochs:\n  - {year: 2018, image: a}\n  - {year: 2016, image: b}\n" TRAINING, "2016 comes after 2018" },
        { HEAD CLASSES "epochs:\n  - {year: 2018, image: []}\n" TRAINING, "line 8: image is a list" },
        { HEAD CLASSES "epochs:\n  - {year: 2018, image: a, date: 2018-13-01}\n" TRAINING, "line 8: date is '2018-13-01'" },
        { HEAD CLASSES "epochs:\n  - {year: 2018, image: a, date: 2018-01-01}\n  - {year: 2024, image: b, date: 2019-06-24}\n" TRAINING,
          "epochs: the date 2019-06-24 is not in the year 2024" },
        { HEAD CLASSES "epochs:\n  - {year: 2018, image: a, bands: {blue: 1, red: 3, nir: 3}}\n" TRAINING, "line 8: band 3 has two names, red and nir" },
        { HEAD CLASSES "epochs:\n  - {year: 2018, image: a, bands: {red: 0}}\n" TRAINING, "line 8: red is '0', not a band number" },
        { HEAD CLASSES "epochs:\n  - {year: 2018, image: a, bands: {red: 1, red: 2}}\n" TRAINING, "'red' is named twice" },
        { HEAD "classes:\n  - {code: 1, name: a}\n  - {code: 1, name: b}\n" EPOCHS TRAINING, "code 1 is used twice" },
        { HEAD "classes:\n  - {code: 1, name: a, label: b}\n  - {code: 2, name: b, label: c}\n" EPOCHS TRAINING, "'b' stands for code 1 and for code 2" },
        { HEAD "classes:\n  - {code: 1, name: a}\n  - {code: 2, name: b, label: a}\n" EPOCHS TRAINING, "'a' stands for code 1 and for code 2" },
        { HEAD "classes:\n  - {code: 255, name: a}\n", "line 5: code is '255', not a whole number from 1 to 254" },
        { HEAD "classes:\n  - {code: 1, name: 采场}\n  - {code: 2, name: b}\n" EPOCHS TRAINING, "is not ASCII" },
        { HEAD "classes: 5\n", "line 4: classes is '5', not a list" },
        { WHOLE "forest: {trees: many}\n", "line 11: trees is 'many'" },
        { WHOLE "forest: {trees: 1001}\n", "line 11: trees is '1001', not a whole number from 1 to 1000" },
        { WHOLE "forest: {trees: 1.5}\n", "line 11: trees is '1.5'" },
        { WHOLE "forest: {seed: -1}\n", "line 11: seed is '-1'" },
        { WHOLE "forest: {depth: 3, depth: 4}\n", "line 11: depth appears twice" },
        { WHOLE "vectorize: {connectivity: 6}\n", "connectivity is 6" },
        { WHOLE "classify: {smooth: 5}\n", "line 11: smooth is '5'" },
        { WHOLE "classify: {smooth_px: 4}\n", "smooth_px is 4" },
        { WHOLE "deliver_grades: [C]\n", "line 11: deliver_grades is 'C', not one of: A B" },
        { WHOLE "deliver_grades: [A, A]\n", "deliver_grades: a grade is named twice" },
        { WHOLE "masks: {margin_m: -1}\n", "line 11: margin_m is '-1'" },
        { WHOLE "deliver: [dwg]\n", "line 11: deliver is 'dwg', not one of: shp gpkg" },
        { WHOLE "masks: {terrain_shadow: true}\n", "masks: terrain_shadow needs the dem of 2016" },
        { WHOLE "masks: {cloud: true}\n", "line 11: unknown key 'cloud' in masks" },
        { HEAD CLASSES "epochs:\n  - {year: 2016, image: a, sun: {azimuth_deg: 10}}\n", "line 8: sun has no 'elevation_deg'" },
        { HEAD CLASSES "epochs:\n  - {year: 2016, image: a, dem: d, sun: {azimuth_deg: 120, elevation_deg: 40}}\n"
          "  - {year: 2018, image: b, dem: d}\n" TRAINING "masks: {terrain_shadow: true}\n", "terrain_shadow needs the sun of 2018" },
        { HEAD CLASSES EPOCHS "training: {samples: s, class: c, folds: 1}\n", "folds is 1; 2..100" },
        { HEAD CLASSES EPOCHS "training: {samples: s, class: c, folds: 0, select: true}\n", "folds is 0; 2..100" },
        { HEAD CLASSES EPOCHS "training: {model: b, select: true}\n", "select is given, but no forest is grown" },
        { WHOLE "acceptance: {oa_min: 0.85}\n", "acceptance: there is no reference" },
        { WHOLE "reference: {points: p}\nacceptance: {oa: 0.85}\n", "line 12: unknown key 'oa' in acceptance" },
        { WHOLE "reference: {points: p}\nacceptance: {miss_max: 2}\n", "line 12: miss_max is '2'" },
        { WHOLE "reference: {points: p, weight: w, sample: s}\n", "weight is given beside sample" },
        { WHOLE ZONES("行政区划", "x"), "zones: a name becomes a field: 1 to 10 ASCII letters, digits and _, a letter first, not 行政区划" },
        { WHOLE ZONES("a b", "x"), "a letter first, not a b" },
        { WHOLE ZONES("1st", "x"), "a letter first, not 1st" },
        { WHOLE ZONES("mining_area_1", "x"), "a letter first, not mining_area_1" },
        { WHOLE ZONES("x", "fid"), "zones: a name becomes a field, and the patch table has one called fid already" },
        { WHOLE ZONES("bsm", "x"), "one called bsm already" },
        { WHOLE ZONES("Geom", "x"), "one called Geom already" },
        { WHOLE ZONES("xzqmc", "x"), "one called xzqmc already" },
        { WHOLE ZONES("area", "AREA"), "zones: two names, area and AREA, become the same field" },
        { WHOLE ZONES("district", "district"), "two names, district and district, become" },
        { HEAD LABELS(TWENTY "一") EPOCHS TRAINING, "classes: label of code 2: field TBLX: 42 bytes, it holds 40: 一二" },
        { HEAD LABELS("一二三四五六七八九十一二三四") EPOCHS TRAINING "encoding: UTF-8\n", "42 bytes, it holds 40" },
        { HEAD LABELS("😀") EPOCHS TRAINING, "label of code 2: field TBLX: cannot be written in GBK: 😀" },
        { HEAD LABELS(TWENTY TWENTY "一") EPOCHS TRAINING "deliver: [gpkg]\n", "41 characters, it holds 40" },
        { WHOLE "encoding: Big5\n", "line 11: encoding is 'Big5'" },
        { WHOLE "name: x\n", "line 11: name appears twice" },
        { WHOLE "output:\n", "line 11: output appears twice" },
        { "minescar: 1\noutput:\n", "line 2: output is '', not a path" },
        { WHOLE "features: [\"a,b\"]\n", "line 11: features is 'a,b'" },
        { WHOLE "---\nname: again\n", "line 12: a second document" },
        { "name: [1, 2\n", "line 2" },
        { "name: \xff\xfe\xfd\n", "must be UTF-8" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        msc_job *job = NULL;
        msc_error err = { 0 };
        assert_int_equal(msc_job_parse(cases[i].text, strlen(cases[i].text), "job.yaml", &job, &err), MSC_EJOB);
        assert_null(job);
        assert_string_equal(err.subject, "job.yaml");
        if (!strstr(err.detail, cases[i].words)) fail_msg("case %zu: '%s' lacks '%s'", i, err.detail, cases[i].words);
    }
}

/* Labels as long as their field, in the encoding of what is delivered. */
static void labels_that_fit_are_kept(void **state)
{
    (void)state;
    static const char *const texts[] = { HEAD LABELS(TWENTY) EPOCHS TRAINING, HEAD LABELS(TWENTY TWENTY) EPOCHS TRAINING "deliver: [gpkg]\n",
                                         HEAD LABELS("😀") EPOCHS TRAINING "encoding: UTF-8\n" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        msc_job *job = NULL;
        msc_error err = { 0 };
        if (msc_job_parse(texts[i], strlen(texts[i]), "job.yaml", &job, &err) != MSC_OK) fail_msg("case %zu: %s", i, err.detail);
        msc_job_free(&job);
    }
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    msc_job *job = NULL;
    msc_error err = { 0 };
    assert_int_equal(msc_job_read("no-such-job.yaml", &job, &err), MSC_ENOFILE);
    assert_string_equal(err.subject, "no-such-job.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_contracts_example),
        cmocka_unit_test(fills_in_defaults),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(labels_that_fit_are_kept),
        cmocka_unit_test(a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
