"""mosaic.py - areas of any size out of one made block, so that disk space does not limit: as VRTs, or by block_table.py.

Blocks alternate with their mirror images, as tiles of a floor that are laid face to face: at a seam every pixel meets its own
reflection, so that no patch is cut and none is made by the seam (a patch at a seam is joined to its mirror image).
"""
import pathlib

from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
TURNS = ("0", "x", "y", "xy")      # of the same codec, the unturned one too


def _options(source):
    kind = source.GetRasterBand(1).DataType
    predictor = {gdal.GDT_Byte: 1, gdal.GDT_UInt16: 2, gdal.GDT_Float32: 3}[kind]
    return ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=ZSTD", "ZSTD_LEVEL=1", f"PREDICTOR={predictor}", "INTERLEAVE=PIXEL"]


def mirror(path):
    """Writes PATH turned in four ways beside it; returns the files in the order of TURNS."""
    path = pathlib.Path(path)
    source = gdal.Open(str(path))
    made = []
    for turn in TURNS:
        out = path.with_name(f"{path.stem}_{turn}.tif")
        made.append(out)
        if out.exists():
            continue
        pixels = source.ReadAsArray()
        pixels = pixels[..., ::-1] if "x" in turn else pixels
        pixels = pixels[..., ::-1, :] if "y" in turn else pixels
        partial = out.with_suffix(".part")
        copy = gdal.GetDriverByName("GTiff").Create(str(partial), source.RasterXSize, source.RasterYSize, source.RasterCount,
                                                    source.GetRasterBand(1).DataType, _options(source))
        copy.SetGeoTransform(source.GetGeoTransform())
        copy.SetProjection(source.GetProjection())
        for b in range(1, source.RasterCount + 1):
            copy.GetRasterBand(b).SetDescription(source.GetRasterBand(b).GetDescription())
        if source.GetRasterBand(1).GetNoDataValue() is not None:
            copy.GetRasterBand(1).SetNoDataValue(source.GetRasterBand(1).GetNoDataValue())
        copy.WriteArray(pixels)
        copy = None
        partial.rename(out)
    return made


def write_vrt(files, side_px, path):
    """A VRT of side_px x side_px pixels whose upper left block is files[0]; the last row and column are cut."""
    source = gdal.Open(str(files[0]))
    block, n = source.RasterXSize, source.RasterCount
    kind = gdal.GetDataTypeName(source.GetRasterBand(1).DataType)
    across = -(-side_px // block)
    lines = [f'<VRTDataset rasterXSize="{side_px}" rasterYSize="{side_px}">', f"<SRS>{source.GetProjection()}</SRS>".replace("&", "&amp;"),
             "<GeoTransform>" + ",".join(f"{v:.17g}" for v in source.GetGeoTransform()) + "</GeoTransform>"]
    for b in range(1, n + 1):
        band = source.GetRasterBand(b)
        lines.append(f'<VRTRasterBand dataType="{kind}" band="{b}"><Description>{band.GetDescription()}</Description>')
        if band.GetNoDataValue() is not None:
            lines.append(f"<NoDataValue>{band.GetNoDataValue():.17g}</NoDataValue>")
        for r in range(across):
            for c in range(across):
                w, h = min(block, side_px - c * block), min(block, side_px - r * block)
                file = files[(c & 1) + 2 * (r & 1)]
                lines.append(f'<SimpleSource><SourceFilename relativeToVRT="0">{file}</SourceFilename><SourceBand>{b}</SourceBand>'
                             f'<SourceProperties RasterXSize="{block}" RasterYSize="{block}" DataType="{kind}" BlockXSize="512" BlockYSize="512"/>'
                             f'<SrcRect xOff="0" yOff="0" xSize="{w}" ySize="{h}"/>'
                             f'<DstRect xOff="{c * block}" yOff="{r * block}" xSize="{w}" ySize="{h}"/></SimpleSource>')
        lines.append("</VRTRasterBand>")
    lines.append("</VRTDataset>")
    pathlib.Path(path).write_text("\n".join(lines) + "\n")
    return path


def write_zones(like, side_px, path):
    """Square districts of one block each over the whole mosaic, field NAME."""
    source = gdal.Open(str(like))
    e0, pixel, _, n0, _, _ = source.GetGeoTransform()
    srs = osr.SpatialReference(source.GetProjection())
    store = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = store.CreateLayer("districts", srs, ogr.wkbPolygon)
    layer.CreateField(ogr.FieldDefn("NAME", ogr.OFTString))
    step, across = source.RasterXSize * pixel, -(-side_px // source.RasterXSize)
    layer.StartTransaction()
    for r in range(across):
        for c in range(across):
            e, n = e0 + c * step, n0 - r * step
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetField("NAME", f"D{r:02d}{c:02d}")
            feature.SetGeometry(ogr.CreateGeometryFromWkt(
                f"POLYGON(({e} {n},{e + step} {n},{e + step} {n - step},{e} {n - step},{e} {n}))"))
            layer.CreateFeature(feature)
    layer.CommitTransaction()
    return path
