using Tidemark.Seams;

namespace Tidemark.Hosting;

/// <summary>Randomness in production.</summary>
internal sealed class SystemEntropy : IEntropy
{
#pragma warning disable RS0030 // This is the one injected source that the ban points to.
    public double NextDouble() => Random.Shared.NextDouble();
#pragma warning restore RS0030
}
