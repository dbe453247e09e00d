using System.Text;

namespace Tidemark.Tests.Running.Sources;

/// <summary>An input file in a folder of its own, gone after the test.</summary>
internal sealed class InputFile : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-sources-");

    public InputFile(string text = "") : this(Encoding.UTF8.GetBytes(text)) { }
    public InputFile(byte[] bytes) => Write(bytes);

    public string Folder => folder.FullName;
    public string Path => System.IO.Path.Combine(folder.FullName, "input.txt");

    public void Write(byte[] bytes) => File.WriteAllBytes(Path, bytes);
    public void Write(string text) => File.WriteAllText(Path, text);
    public void Append(string text) => File.AppendAllText(Path, text);

    public void Dispose() => folder.Delete(recursive: true);
}
