using EdgeMesh.Dashboard.Components;

namespace EdgeMesh.Tests.Components;

public sealed class AddressFilterTests
{
    private readonly AddressFilter<string> _filter = new("");

    [Fact]
    public void Read_AnothersAddress_IsFollowed()
    {
        Assert.True(_filter.Read("phones"));
        Assert.Equal("phones", _filter.Now);
        Assert.False(_filter.Read("phones"));
    }

    [Fact]
    public void Read_EchoOfAnEarlierWriting_KeepsWhatWasTypedSince()
    {
        Write("x");
        Write("x e");
        _filter.Change("x el");
        Assert.False(_filter.Read("x"));
        Assert.Equal("x el", _filter.Now);
        Assert.False(_filter.Read("x e"));
        Assert.Equal("x el", _filter.Now);
    }

    [Fact]
    public void Read_OvertakenEcho_IsSkipped()
    {
        Write("a");
        Write("ab");
        Assert.False(_filter.Read("ab"));
        Assert.True(_filter.Read("a"));
        Assert.Equal("a", _filter.Now);
    }

    [Fact]
    public void Read_BackAfterAnEcho_IsFollowed()
    {
        Write("phones");
        Assert.False(_filter.Read("phones"));
        Assert.True(_filter.Read(""));
        Assert.Equal("", _filter.Now);
    }

    [Fact]
    public void Read_TheSameAddressAgainWhileTyping_ChangesNothing()
    {
        _filter.Change("x");
        Assert.False(_filter.Read(""));
        Assert.Equal("x", _filter.Now);
    }

    [Fact]
    public void Write_WhatIsThere_IsNotWrittenAgain()
    {
        Write("phones");
        Assert.False(_filter.Write());
        _filter.Read("phones");
        Assert.False(_filter.Write());
    }

    private void Write(string filter)
    {
        _filter.Change(filter);
        Assert.True(_filter.Write());
    }
}
