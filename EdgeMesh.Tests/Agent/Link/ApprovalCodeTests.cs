using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Core.Trust;

namespace EdgeMesh.Tests.Agent.Link;

public sealed class ApprovalCodeTests
{
    private static readonly KeyPin Authority = KeyPin.Of([1]);
    private static readonly byte[] Theirs = [.. Enumerable.Repeat((byte)3, JoinCode.Length)];

    [Fact]
    public void Nonce_IsShownOnlyAfterTheDashboards()
    {
        ApprovalCode code = new("orchestrator", Authority, new byte[] { 1 });
        Assert.Empty(code.Shown);
        Assert.Null(code.Code);
        Assert.True(code.Hear(Theirs));
        Assert.Equal(code.Commitment, JoinCode.Commitment(code.Shown));
        Assert.Equal(JoinCode.Of(Theirs, code.Shown, [1], "orchestrator", Authority), code.Code);
        Assert.Matches(@"^\d{3} \d{3}$", code.Code);
    }

    [Fact]
    public void AnotherNonceOfTheDashboard_EndsIt_AndTheNextHasAnotherOfItsOwn()
    {
        var code = new ApprovalCode("orchestrator", Authority, new byte[] { 1 });
        for (var i = 0; i < JoinCode.MaxRestarts; i++)
        {
            Assert.True(code.Hear(Theirs));
            Assert.False(code.Hear([.. Theirs.Reverse().Select(b => (byte)(b + 1))]));
            var next = Assert.IsType<ApprovalCode>(code.Again());
            Assert.NotEqual(code.Commitment, next.Commitment);
            Assert.Empty(next.Shown);
            code = next;
        }

        Assert.Null(code.Again());
        Assert.Null(code.Again("another", KeyPin.Of([2])));
    }

    [Fact]
    public void WhoStandsBetween_HasAnotherCodeOnEachSide()
    {
        // It passes on both nonces, but its own CA, or its own device's key, is in between: 64 tries, as one of a million may be the same by chance.
        var same = Enumerable.Range(0, 64).Count(i =>
        {
            byte[] mine = [.. Enumerable.Repeat((byte)i, JoinCode.Length)];
            var seen = JoinCode.Of(Theirs, mine, [1], "orchestrator", Authority);
            return seen == JoinCode.Of(Theirs, mine, [1], "orchestrator", KeyPin.Of([2])) || seen == JoinCode.Of(Theirs, mine, [2], "orchestrator", Authority);
        });
        Assert.True(same <= 1);
    }
}
