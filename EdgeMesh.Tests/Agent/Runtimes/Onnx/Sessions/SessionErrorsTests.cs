using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Sessions;

/// <summary>What goes wrong below becomes a reason and words.</summary>
public sealed class SessionErrorsTests
{
#pragma warning disable CA2201 // what the runtime itself throws is what is being explained
    public static TheoryData<Exception, ReasonCode, string> Failures => new()
    {
        { new InsufficientMemoryException(), ReasonCode.OutOfMemory, "not enough memory to load m.onnx" },
        { new InvalidOperationException("std::bad_alloc"), ReasonCode.OutOfMemory, "not enough memory to load m.onnx" },
        { new EntryPointNotFoundException(), ReasonCode.Unsupported, "not in this build" },
        { new DllNotFoundException(), ReasonCode.Unsupported, "native library is missing" },
        { new UnauthorizedAccessException("denied"), ReasonCode.ModelMissing, "m.onnx cannot be read" },
        { new TaskFailedException(ReasonCode.Refused, "as it was"), ReasonCode.Refused, "as it was" },
        { new InvalidOperationException("odd"), ReasonCode.Internal, "odd" },
    };
#pragma warning restore CA2201

    [Theory]
    [MemberData(nameof(Failures))]
    public void Opening_Failure_IsNamed(Exception failure, ReasonCode reason, string words)
    {
        var named = SessionErrors.Opening(failure, "/models/m.onnx", ExecutionProviders.Qnn);

        Assert.Equal(reason, named.Reason);
        Assert.Contains(words, named.Message, StringComparison.Ordinal);
    }
}
