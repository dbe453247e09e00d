using Xunit;
namespace Tidemark.Tests;
public sealed class SkeletonTests { [Fact] public void Runs() => Assert.Equal(4, 2 + 2); }
