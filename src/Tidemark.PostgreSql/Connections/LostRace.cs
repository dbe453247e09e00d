namespace Tidemark.PostgreSql.Connections;

/// <summary>Another transaction has done the same at the same moment and is through by now: done again, this one finds its rows.</summary>
internal sealed class LostRace(string what) : Exception($"{what} was written by another transaction at the same moment. It is done again by itself.");
