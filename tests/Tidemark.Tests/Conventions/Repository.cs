namespace Tidemark.Tests.Conventions;

/// <summary>The working tree that these tests were built from.</summary>
internal static class Repository
{
    static readonly string[] Outputs = ["bin", "obj", ".git", ".vs", ".idea", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    public static string Root { get; } = FindRoot();

    /// <summary>The names of the shipped projects, as their folders in src.</summary>
    public static IEnumerable<string> Shipped => Directory.GetDirectories(Path.Combine(Root, "src")).Select(path => Path.GetFileName(path)!).Order();

    /// <summary>The files under a folder, relative to the root with forward slashes; what a build leaves is passed over.</summary>
    public static IEnumerable<string> Files(string folder, params string[] extensions)
    {
        var start = Path.Combine(Root, folder);
        return Directory.Exists(start) ? Walk(start).Where(file => extensions.Length == 0 || extensions.Contains(Path.GetExtension(file))).Select(Relative).Order() : [];
    }

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static bool Exists(string file) => Path.Exists(Path.Combine(Root, file));

    public static string Relative(string path) =>
        path.StartsWith(Root, StringComparison.Ordinal) ? Path.GetRelativePath(Root, path).Replace('\\', '/') : path;

    static IEnumerable<string> Walk(string folder) => Directory.GetFiles(folder).Concat(
        Directory.GetDirectories(folder).Where(child => !Outputs.Contains(Path.GetFileName(child))).SelectMany(Walk));

    static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Tidemark.slnx"))) return folder;
        throw new DirectoryNotFoundException($"Tidemark.slnx is in no folder above {AppContext.BaseDirectory}: run the tests from the tree that they were built in.");
    }
}
