using Tidemark.Seams;

namespace Tidemark.Tests.Simulation;

internal sealed class SimEntropy(Sim sim) : IEntropy
{
    public double NextDouble() => sim.Random.NextDouble();
}
