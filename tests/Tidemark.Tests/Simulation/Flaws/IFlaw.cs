using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>A defect built into the store on purpose, to see whether the simulation notices.</summary>
internal interface IFlaw
{
    /// <summary>What stands between the witness and the store: the witness hears what it accepts.</summary>
    IJobStore Behind(IJobStore store) => store;

    /// <summary>What stands between a process and the witness: the witness hears what really reaches the store.</summary>
    IJobStore Before(IJobStore store, Sim sim, SimProcess process) => store;
}

internal sealed class NoFlaw : IFlaw;
