using System.Reflection;

namespace Tidemark.Hosting;

/// <summary>The name of the program that this is a part of.</summary>
internal static class MainAssembly
{
    public static string Name => Assembly.GetEntryAssembly()?.GetName().Name is { } name && Names.Fault(name, "name") is null ? name : "application";
}
