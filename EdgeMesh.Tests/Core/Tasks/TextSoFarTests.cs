namespace EdgeMesh.Tests.Core.Tasks;

public sealed class TextSoFarTests
{
    private const string Mill = "Once upon a time there stood a mill"; // 35 characters

    [Theory]
    [InlineData(Mill, 35)]
    [InlineData(Mill + " \n\t ", 35)]
    [InlineData(Mill + " by", 38)]
    [InlineData(Mill + "\uD83D", 35)] // half of a pair
    [InlineData(Mill + "\uD83D\uDE00", 37)]
    [InlineData(Mill + " \uFFFD", 35)]
    [InlineData(Mill + " \uD83D \uFFFD\n", 35)]
    [InlineData("Once upon a time there stood a", 0)] // too little
    [InlineData("                                                  ", 0)]
    [InlineData("", 0)]
    public void Usable_EndsWithAWholeCharacterThatIsNoBlank(string text, int expected) => Assert.Equal(expected, TextSoFar.Usable(text));

    [Fact]
    public void Usable_LongerThanAnOrderMayBe_IsWrittenAnew() =>
        Assert.Equal((TextSoFar.Most, 0), (TextSoFar.Usable(new string('a', TextSoFar.Most)), TextSoFar.Usable(new string('a', TextSoFar.Most + 1))));
}
