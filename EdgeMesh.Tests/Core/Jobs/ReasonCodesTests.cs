using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Core.Jobs;

public sealed class ReasonCodesTests
{
    [Fact]
    public void For_EveryCode_SaysWhatHappenedAndWhatToDo() => Assert.All(Enum.GetValues<ReasonCode>(), code =>
    {
        var policy = ReasonCodes.For(code);
        Assert.False(string.IsNullOrWhiteSpace(policy.Words));
        Assert.EndsWith(".", policy.Remedy, StringComparison.Ordinal);
        Assert.True(policy.Retried || !policy.ElsewhereOnly);
    });

    [Fact]
    public void For_WhatNoOtherDeviceCanMend_IsNotRetried() =>
        Assert.Equal([ReasonCode.BadInput, ReasonCode.ModelRefused, ReasonCode.Cancelled], Enum.GetValues<ReasonCode>().Where(c => !ReasonCodes.For(c).Retried));

    [Theory]
    [InlineData("OutOfMemory", ReasonCode.OutOfMemory)]
    [InlineData("Busy", ReasonCode.Busy)]
    [InlineData("", ReasonCode.Internal)]
    [InlineData(null, ReasonCode.Internal)]
    [InlineData("Nonsense", ReasonCode.Internal)]
    [InlineData("99", ReasonCode.Internal)]
    public void Parse_WhatADeviceSays_IsAlwaysOneOfOurs(string? said, ReasonCode expected) => Assert.Equal(expected, ReasonCodes.Parse(said));
}
