namespace Tidemark.Seams;

/// <summary>The one source of randomness.</summary>
internal interface IEntropy
{
    /// <summary>A number in [0, 1).</summary>
    double NextDouble();
}
