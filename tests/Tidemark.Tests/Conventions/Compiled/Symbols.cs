using System.Reflection.Metadata;

namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>The portable symbols of an assembly: which line of source an instruction came from.</summary>
internal sealed class Symbols
{
    readonly MetadataReader reader;

    public Symbols(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{Path.GetFileName(path)} is missing, so no method can be measured: build with portable symbols (the default).", path);
        reader = MetadataReaderProvider.FromPortablePdbImage([.. File.ReadAllBytes(path)]).GetMetadataReader();
    }

    public string PlaceOf(MethodDefinitionHandle method, int offset)
    {
        var points = Points(method).Where(point => point.Offset <= offset).ToList();
        return points.Count == 0 ? "(no source line)" : $"{FileOf(points[^1])}:{points[^1].StartLine}";
    }

    public (string File, int First, int Last)? SpanOf(MethodDefinitionHandle method, int from)
    {
        var points = Points(method).ToList();
        var start = points.FindLastIndex(point => point.Offset <= from);
        points = points[Math.Max(start, 0)..];
        return points.Count == 0 ? null : (FileOf(points[0]), points.Min(point => point.StartLine), points.Max(point => point.EndLine));
    }

    IEnumerable<SequencePoint> Points(MethodDefinitionHandle method) =>
        reader.GetMethodDebugInformation(method.ToDebugInformationHandle()).GetSequencePoints().Where(point => !point.IsHidden);

    string FileOf(SequencePoint point) => Repository.Relative(reader.GetString(reader.GetDocument(point.Document).Name));
}
