"""scene.py - the files that one run of the bench works on: two dates, their truth, training polygons, crops and samples.

A scene is either made by `minescar simulate` (seed 1) or a folder with t1.tif, t2.tif, truth1.tif, truth2.tif and train1.shp
(field `class`). Every classifier, ours and the peers', is trained on train_0.shp (field `code`, the first date's polygons); the
pipelines also on train_1.shp where there is one, since a model of one date does not hold for another season.
"""
import pathlib
import subprocess

import numpy as np
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
gdal.SetConfigOption("GDAL_NUM_THREADS", "ALL_CPUS")


def sh(*words, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(str(w) for w in words)[:300]}: {(done.stderr + done.stdout)[-600:]}")
    return done.stdout


def read(path):
    return gdal.Open(str(path)).ReadAsArray()


class Scene:
    def __init__(self, minescar, folder, size_px, given=None):
        self.folder, self.minescar = pathlib.Path(folder), minescar
        self.folder.mkdir(parents=True, exist_ok=True)
        if given:
            given = pathlib.Path(given)
            self.images, self.truths = [given / "t1.tif", given / "t2.tif"], [given / "truth1.tif", given / "truth2.tif"]
            polygons, queries = given / "train1.shp", ["SELECT class AS code FROM train1"]
        else:
            made = self.folder / f"scene_{size_px}"
            if not (made / "job.yaml").exists():
                sh(minescar, "simulate", made, "--size-px", size_px, "--seed", 1, "--overwrite", "--quiet")
            self.images = [made / f"image_{y}.tif" for y in (2024, 2025)]
            self.truths = [made / f"truth_{y}.tif" for y in (2024, 2025)]
            polygons = made / "training.gpkg"
            queries = [f"SELECT code, {geometry_column(polygons)} FROM {layer_name(polygons)} WHERE year = {y}" for y in (2024, 2025)]
        self.trains = [self.folder / f"train_{i}.shp" for i in range(len(queries))]
        for train, query in zip(self.trains, queries):
            if not train.exists():
                sh("ogr2ogr", "-q", "-f", "ESRI Shapefile", train, polygons, "-nln", train.stem, "-sql", query)
        self.train = self.trains[0]
        raster = gdal.Open(str(self.images[0]))
        self.side_px, self.n_bands = raster.RasterXSize, raster.RasterCount
        self.mpx = raster.RasterXSize * raster.RasterYSize / 1e6
        self.name = f"{given or 'minescar simulate, seed 1'}: {raster.RasterXSize} x {raster.RasterYSize} px, {self.n_bands} bands"

    def crop_mpx(self, path):
        raster = gdal.Open(str(path))
        return raster.RasterXSize * raster.RasterYSize / 1e6

    def crop(self, path, side_px, stem):
        """The upper left side_px x side_px of `path` as a tiled file like it (the file itself when it is that size)."""
        if side_px >= self.side_px:
            return pathlib.Path(path)
        out = self.folder / f"{stem}_{side_px}.tif"
        if not out.exists():
            predictor = ["-co", "PREDICTOR=2"] if gdal.Open(str(path)).RasterCount > 1 else []
            sh("gdal_translate", "-q", "-srcwin", 0, 0, side_px, side_px, "-co", "TILED=YES", "-co", "BLOCKXSIZE=512", "-co",
               "BLOCKYSIZE=512", "-co", "COMPRESS=ZSTD", "-co", "ZSTD_LEVEL=1", *predictor, path, out)
        return out

    def window(self, side_px, stem):
        """Images, truths of the upper left side_px x side_px."""
        return ([self.crop(p, side_px, f"{stem}{i}") for i, p in enumerate(self.images)],
                [self.crop(p, side_px, f"{stem}_truth{i}") for i, p in enumerate(self.truths)])

    def many_samples(self, n_wanted):
        """A shapefile of 5 x 5 px squares, each inside one class of the truth, as many of each class: about n_wanted pixels."""
        out = self.folder / f"samples_{n_wanted}.shp"
        if out.exists():
            return out
        truth, rng = read(self.truths[0]), np.random.default_rng(1)
        raster = gdal.Open(str(self.images[0]))
        e0, pixel, _, n0, _, _ = raster.GetGeoTransform()
        cells = truth[:truth.shape[0] // 5 * 5, :truth.shape[1] // 5 * 5].reshape(truth.shape[0] // 5, 5, truth.shape[1] // 5, 5)
        low, high = cells.min(axis=(1, 3)), cells.max(axis=(1, 3))
        codes = [c for c in np.unique(low) if c and np.any((low == c) & (high == c))]
        store = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(out))
        layer = store.CreateLayer(out.stem, osr.SpatialReference(raster.GetProjection()), ogr.wkbPolygon)
        layer.CreateField(ogr.FieldDefn("code", ogr.OFTInteger))
        for code in codes:
            at = np.argwhere((low == code) & (high == code))
            for r, c in rng.permutation(at)[:n_wanted // 25 // len(codes)]:
                e, n, d = e0 + c * 5 * pixel, n0 - r * 5 * pixel, 5 * pixel
                feature = ogr.Feature(layer.GetLayerDefn())
                feature.SetField("code", int(code))
                feature.SetGeometry(ogr.CreateGeometryFromWkt(f"POLYGON(({e} {n},{e + d} {n},{e + d} {n - d},{e} {n - d},{e} {n}))"))
                layer.CreateFeature(feature)
        return out

    def labels(self, polygons):
        """Rows, columns and codes of the pixels whose centres lie in the polygons; the first polygon keeps a pixel."""
        raster = gdal.Open(str(self.images[0]))
        mask = gdal.GetDriverByName("MEM").Create("", raster.RasterXSize, raster.RasterYSize, 1, gdal.GDT_Byte)
        mask.SetGeoTransform(raster.GetGeoTransform())
        mask.SetProjection(raster.GetProjection())
        gdal.Rasterize(mask, str(polygons), attribute="code")
        burnt = mask.ReadAsArray()
        rows, columns = np.nonzero(burnt)
        return rows, columns, burnt[rows, columns]

    def bands_at(self, rows, columns):
        """float32 [n_samples, n_bands] of the first date."""
        return np.ascontiguousarray(read(self.images[0])[:, rows, columns].T.astype(np.float32))

    def window_features_at(self, rows, columns):
        """float32 [n_samples, 3 x n_bands]: bands, means and deviations of 5 x 5."""
        bands, parts = read(self.images[0]).astype(np.float64), []
        for power in (1, 2):
            padded = np.pad(bands**power, ((0, 0), (3, 2), (3, 2)), mode="edge").cumsum(axis=1).cumsum(axis=2)
            parts.append(sum(sign * padded[:, rows + dr, columns + dc]
                             for dr, dc, sign in ((5, 5, 1), (0, 5, -1), (5, 0, -1), (0, 0, 1))) / 25)
        deviation = np.sqrt(np.maximum(parts[1] - parts[0]**2, 0))
        return np.ascontiguousarray(np.concatenate([bands[:, rows, columns], parts[0], deviation]).T.astype(np.float32))


def layer_name(path):
    store = ogr.Open(str(path))      # OGR frees a layer with its store
    return store.GetLayer(0).GetName()


def geometry_column(path):
    store = ogr.Open(str(path))
    return store.GetLayer(0).GetGeometryColumn() or "geometry"


def burn(polygons, like):
    """1 where the centre of a pixel of raster `like` lies in one of the polygons, else 0."""
    raster, store = gdal.Open(str(like)), ogr.Open(str(polygons))
    mask = gdal.GetDriverByName("MEM").Create("", raster.RasterXSize, raster.RasterYSize, 1, gdal.GDT_Byte)
    mask.SetGeoTransform(raster.GetGeoTransform())
    mask.SetProjection(raster.GetProjection())
    gdal.RasterizeLayer(mask, [1], store.GetLayer(0), burn_values=[1])
    return mask.ReadAsArray()


def accuracy(classes, truth):
    """Share of the pixels, where both have a class, whose classes agree. Arrays or files."""
    a, b = (x if isinstance(x, np.ndarray) else read(x) for x in (classes, truth))
    seen = (a != 0) & (b != 0)
    return float((a[seen] == b[seen]).mean()) if seen.any() else 0.0
